package dev.piecewise.config;

import java.util.Objects;

/** Which build this is. */
public final class Version {
    private Version() {}

    /** The version in the jar's manifest, or {@code development} when the classes do not come from a jar. */
    public static String current() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");
    }
}
