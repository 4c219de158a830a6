package dev.piecewise.loadtest.workload;

import java.util.OptionalInt;

/**
 * One request, before any server's dialect.
 *
 * @param index its number in the run, from 0
 * @param user the number of the user who asks; none asks the base model
 * @param maxTokens tokens that the answer may have, and has where the server can be told to go on
 */
public record Ask(long index, OptionalInt user, String prompt, int maxTokens, long seed) {}
