package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.workload.Popularity;
import java.util.List;
import java.util.Locale;

/** Runs that belong together, the base's first and last. What the caller says himself goes over it. */
enum Suite {
    /** Only what the options say. */
    NONE,
    /** A quarter of a minute: does it work at all? */
    SMOKE,
    /** From one user to two thousand. */
    USERS,
    /** The four popularities. */
    POPULARITY,
    /** Working sets below, at and above the server's slots. */
    SLOTS;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean hasBase() {
        return this != NONE;
    }

    List<Integer> users() {
        return switch (this) {
            case NONE, SLOTS -> List.of(0);
            case SMOKE -> List.of(4);
            case USERS -> List.of(1, 10, 100, 1000, 2000);
            case POPULARITY -> List.of(100);
        };
    }

    List<Popularity> popularities() {
        return this == POPULARITY ? List.of(Popularity.values()) : List.of(Popularity.DISTINCT);
    }

    String prompts() {
        return this == SMOKE ? "fixed:32" : "uniform:8-512";
    }

    String answers() {
        return this == SMOKE ? "fixed:16" : "uniform:8-512";
    }

    int concurrency() {
        return switch (this) {
            case NONE -> 1;
            case SMOKE -> 4;
            case USERS, POPULARITY, SLOTS -> 16;
        };
    }

    int seconds() {
        return this == SMOKE ? 5 : 30;
    }

    int warmupSeconds() {
        return this == SMOKE ? 1 : 5;
    }
}
