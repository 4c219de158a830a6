package dev.piecewise.loadtest.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Who asks how often: the four popularities that the field measures adapters with. */
public enum Popularity {
    /** Everybody is the same user. */
    IDENTICAL,
    /** Every user is as likely. */
    UNIFORM,
    /** The n-th user asks in proportion to n to the power of minus the exponent. */
    ZIPF,
    /** One after another: as many different users at a time as there can be. */
    DISTINCT;

    /** Which user a request comes from. */
    @FunctionalInterface
    public interface Choice {
        int user(long request, SplittableRandom random);
    }

    /** As the command line and reports write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Chooses among so many users. */
    public Choice among(int users, double exponent) {
        return switch (this) {
            case IDENTICAL -> (request, random) -> 0;
            case UNIFORM -> (request, random) -> random.nextInt(users);
            case ZIPF -> zipf(users, exponent);
            case DISTINCT -> (request, random) -> (int) (request % users);
        };
    }

    private static Choice zipf(int users, double exponent) {
        double[] upTo = new double[users];
        double sum = 0;
        for (int i = 0; i < users; i++) {
            sum += Math.pow(i + 1, -exponent);
            upTo[i] = sum;
        }
        double all = sum;
        return (request, random) -> {
            int found = Arrays.binarySearch(upTo, random.nextDouble() * all);
            return Math.min(found < 0 ? -found - 1 : found + 1, users - 1);
        };
    }
}
