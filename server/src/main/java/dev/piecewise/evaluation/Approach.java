package dev.piecewise.evaluation;

/** A way to serve users, under the name that the report gives it. */
public record Approach(String name, Preparation preparation) {
    /** Makes a user ready to be asked. Called once for each user, from one thread. */
    @FunctionalInterface
    public interface Preparation {
        Prepared prepare(Subject subject);
    }
}
