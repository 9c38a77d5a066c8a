"""Rules of detentions, by noun: types, slots, setting, moving, the register, what follows a missed one."""
