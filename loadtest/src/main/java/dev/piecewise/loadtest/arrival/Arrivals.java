package dev.piecewise.loadtest.arrival;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** An arrival process: requests come at its times, however the server fares. */
public sealed interface Arrivals {
    /** Requests a second, on average. */
    double rate();

    /** As reports write it. */
    String text();

    /** Seconds between one request and the next, without end. */
    DoubleSupplier gaps(long seed);

    /** Independent of each other: what many people who do not know each other do. */
    record Poisson(double rate) implements Arrivals {
        public Poisson {
            positive(rate, "a rate");
        }

        @Override
        public String text() {
            return "poisson";
        }

        @Override
        public DoubleSupplier gaps(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            return () -> exponential(random) / rate;
        }
    }

    /**
     * In bursts where the coefficient of variation is above 1.
     *
     * @param cv standard deviation of a gap over its mean
     */
    record Gamma(double rate, double cv) implements Arrivals {
        public Gamma {
            positive(rate, "a rate");
            positive(cv, "a coefficient of variation");
        }

        @Override
        public String text() {
            return "gamma, cv " + (cv == Math.rint(cv) ? String.valueOf((long) cv) : String.valueOf(cv));
        }

        @Override
        public DoubleSupplier gaps(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            double shape = 1 / (cv * cv);
            return () -> gamma(shape, random) / (shape * rate);
        }
    }

    /** One every so many seconds. */
    record Constant(double rate) implements Arrivals {
        public Constant {
            positive(rate, "a rate");
        }

        @Override
        public String text() {
            return "constant";
        }

        @Override
        public DoubleSupplier gaps(long seed) {
            return () -> 1 / rate;
        }
    }

    private static void positive(double value, String what) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(what + " must be above 0, not " + value);
        }
    }

    /** With mean 1. */
    private static double exponential(SplittableRandom random) {
        return -Math.log(1 - random.nextDouble());
    }

    /** With scale 1, by the method of Marsaglia and Tsang (2000); a shape below 1 goes over the next higher one. */
    private static double gamma(double shape, SplittableRandom random) {
        if (shape < 1) {
            return gamma(shape + 1, random) * Math.pow(1 - random.nextDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < x * x / 2 + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }
}
