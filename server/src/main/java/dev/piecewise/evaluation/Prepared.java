package dev.piecewise.evaluation;

import dev.piecewise.adapter.Adaptation;

/**
 * What a method made of a user before the first question.
 *
 * @param bytes that have to be kept of the user
 * @param seconds that it took; NaN when it was made elsewhere
 */
public record Prepared(Adaptation adaptation, Prompting prompting, long bytes, double seconds) {}
