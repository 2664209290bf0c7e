/* The selectively uniform random walk (selective.c). */
#pragma once

/* Forgets what earlier schedules have told: for another scenario. */
void selective_restart(void);
