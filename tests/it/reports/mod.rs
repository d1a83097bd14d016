//! What people read of a plan and of an apply, in each format.

mod hostile;
mod html;
mod markdown;
mod plans;
