package dev.piecewise.world;

/**
 * How many people of each group there are; nobody is in two groups.
 *
 * @param writers those whose texts a base model learns from
 * @param candidates those who may become sharers
 * @param tuners those on whom settings are tried
 * @param users those who are served, and tested on
 * @param strangers those on whom a change can be tested that was made because of what the users' tests had shown
 * @param stories pieces of plain prose
 */
public record Census(int writers, int candidates, int tuners, int users, int strangers, int stories) {
    /** The shipped demo's. */
    public static final Census DEMO = new Census(3000, 100, 24, 200, 200, 6000);
}
