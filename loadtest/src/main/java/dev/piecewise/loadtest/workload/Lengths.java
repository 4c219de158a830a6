package dev.piecewise.loadtest.workload;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long prompts or answers are, in tokens. */
public sealed interface Lengths {
    int draw(SplittableRandom random);

    /** The longest there can be. */
    int most();

    /** These, none longer than so many tokens. */
    default Lengths cutTo(int longest) {
        return switch (this) {
            case Fixed(int tokens) -> new Fixed(Math.min(tokens, longest));
            case Uniform(int least, int most) -> new Uniform(Math.min(least, longest), Math.min(most, longest));
            case Lognormal(double median, double sigma, int least, int most) ->
                new Lognormal(median, sigma, Math.min(least, longest), Math.min(most, longest));
        };
    }

    /** As the command line writes it. */
    String text();

    record Fixed(int tokens) implements Lengths {
        public Fixed {
            require(tokens >= 1, "a length must be at least 1");
        }

        @Override
        public int draw(SplittableRandom random) {
            return tokens;
        }

        @Override
        public int most() {
            return tokens;
        }

        @Override
        public String text() {
            return "fixed:" + tokens;
        }
    }

    /** Every length from {@code least} to {@code most}, both included, is as likely. */
    record Uniform(int least, int most) implements Lengths {
        public Uniform {
            require(least >= 1 && most >= least, "lengths must go from 1 or more upwards");
        }

        @Override
        public int draw(SplittableRandom random) {
            return random.nextInt(least, most + 1);
        }

        @Override
        public String text() {
            return "uniform:%d-%d".formatted(least, most);
        }
    }

    /** The logarithm is normal around that of the median; what is shorter or longer than the bounds is the bound. */
    record Lognormal(double median, double sigma, int least, int most) implements Lengths {
        public Lognormal {
            require(median >= 1 && sigma >= 0, "the median must be at least 1, sigma at least 0");
            require(least >= 1 && most >= least, "lengths must go from 1 or more upwards");
        }

        @Override
        public int draw(SplittableRandom random) {
            double length = median * Math.exp(sigma * random.nextGaussian());
            return Math.clamp(Math.round(length), least, most);
        }

        @Override
        public String text() {
            return String.format(Locale.ROOT, "lognormal:%s,%s,%d", median, sigma, most);
        }
    }

    /** Reads {@code fixed:N}, {@code N}, {@code uniform:A-B}, {@code lognormal:MEDIAN,SIGMA[,MOST]} or {@code chat}. */
    static Lengths parse(String text, Lengths chat) {
        if (text.equals("chat")) {
            return chat;
        }
        Matcher fixed = Pattern.compile("(?:fixed:)?(\\d{1,7})").matcher(text);
        if (fixed.matches()) {
            return new Fixed(Integer.parseInt(fixed.group(1)));
        }
        Matcher uniform = Pattern.compile("uniform:(\\d{1,7})-(\\d{1,7})").matcher(text);
        if (uniform.matches()) {
            return new Uniform(Integer.parseInt(uniform.group(1)), Integer.parseInt(uniform.group(2)));
        }
        Matcher lognormal = Pattern.compile("lognormal:(\\d{1,7}(?:\\.\\d+)?),(\\d{1,3}(?:\\.\\d+)?)(?:,(\\d{1,7}))?")
                .matcher(text);
        if (lognormal.matches()) {
            String most = lognormal.group(3);
            return new Lognormal(
                    Double.parseDouble(lognormal.group(1)),
                    Double.parseDouble(lognormal.group(2)),
                    1,
                    most == null ? 4096 : Integer.parseInt(most));
        }
        throw new IllegalArgumentException(
                "'%s' is no length: fixed:N, uniform:A-B, lognormal:MEDIAN,SIGMA[,MOST] or chat".formatted(text));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
