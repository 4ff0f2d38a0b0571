"""The regression guard: counts that noise can't move, per request of a fixed script."""
