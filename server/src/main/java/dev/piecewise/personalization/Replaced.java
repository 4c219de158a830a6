package dev.piecewise.personalization;

import java.util.Set;

/**
 * What is left of a version of a pool when another one is served in its place, or none.
 *
 * @param version its content hash
 * @param left whether somebody is in it who is not in the new one
 * @param users who are in memory and whose plans had pieces of those
 * @param columns of the resident pool that nothing may be in any more, by their sharers' numbers
 */
public record Replaced(String version, boolean left, Set<String> users, Set<Integer> columns) {}
