package dev.piecewise.personalization;

/** Hears how long things took, for metrics. Called by any thread; must be quick and not throw. */
public interface PersonalizationObserver {
    PersonalizationObserver NONE = new PersonalizationObserver() {};

    /** A history became a plan. */
    default void assembled(double seconds) {}

    /** A plan became an adapter. */
    default void merged(double seconds) {}
}
