package dev.piecewise.grammar;

import org.jspecify.annotations.Nullable;

/**
 * A state of the machine above those that called it.
 *
 * @param below where to go on after the rule; null in the first one
 * @param number the same for the same frame, as long as the same table is used
 */
record Frame(int state, @Nullable Frame below, int depth, int number) {
    /** What makes a frame the one it is: its state and the number of the one below. */
    record Key(int state, int below) {}
}
