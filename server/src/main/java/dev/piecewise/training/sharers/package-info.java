/** From many users' histories to the few who share: who they are, their adapters and gates, and the pool that these are published in. */
@NullMarked
package dev.piecewise.training.sharers;

import org.jspecify.annotations.NullMarked;
