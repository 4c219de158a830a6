package dev.piecewise.bench;

/**
 * One figure that does not hang on how fast the machine is, because two were measured in one run.
 *
 * @param better whether more of it is better, or less
 * @param noise a change of so much is none, however small the figure
 */
public record Ratio(String name, double value, Better better, double noise) {
    /** Which way is better. */
    public enum Better {
        MORE,
        LESS
    }

    /** Where more is better. */
    public static Ratio more(String name, double value) {
        return new Ratio(name, value, Better.MORE, 0);
    }

    /** Where less is better. */
    public static Ratio less(String name, double value, double noise) {
        return new Ratio(name, value, Better.LESS, noise);
    }
}
