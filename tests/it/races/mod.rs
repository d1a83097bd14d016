//! Somebody else is at work while an apply is, or between a plan and its apply.

mod between;
mod meanwhile;
mod placements;
mod rival;
