/** What personalization buys: datasets of users with held-out items, methods side by side, metrics. */
@NullMarked
package dev.piecewise.evaluation;

import org.jspecify.annotations.NullMarked;
