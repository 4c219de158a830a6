package dev.piecewise.checkpoint;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One adapted linear layer, written {@code layers.3.self_attn.q_proj}; ordered by layer, then projection. */
public record Site(int layer, Projection projection) implements Comparable<Site> {
    private static final Comparator<Site> ORDER =
            Comparator.comparingInt(Site::layer).thenComparing(Site::projection);
    private static final Pattern NAME = Pattern.compile("layers\\.(\\d{1,5})\\.(\\w+\\.\\w+)");

    public Site {
        if (layer < 0) {
            throw new IllegalArgumentException("layer " + layer + " is negative");
        }
    }

    /** The site with this name, or empty if it is none. */
    public static Optional<Site> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        for (Projection projection : Projection.values()) {
            if (projection.path().equals(matcher.group(2))) {
                return Optional.of(new Site(Integer.parseInt(matcher.group(1)), projection));
            }
        }
        return Optional.empty();
    }

    @Override
    public int compareTo(Site other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "layers." + layer + "." + projection.path();
    }
}
