package dev.piecewise.checkpoint;

import java.util.Optional;
import java.util.OptionalDouble;

/** Reads position scaling from a config.json: {@code rope_parameters}, or the older {@code rope_theta} with {@code rope_scaling}. */
final class RopeReader {
    private static final double DEFAULT_THETA = 10_000;
    private static final double DEFAULT_BETA_FAST = 32;
    private static final double DEFAULT_BETA_SLOW = 1;

    private final JsonFields config;
    private final JsonFields fields;
    private final String type;
    private final double theta;
    private final int maxPositions;

    /** {@code maxPositions} is the config's {@code max_position_embeddings}. */
    RopeReader(JsonFields config, int maxPositions) {
        this.config = config;
        this.maxPositions = maxPositions;
        Optional<JsonFields> scaling = config.object("rope_scaling");
        this.fields = scaling.or(() -> config.object("rope_parameters")).orElse(JsonFields.parse("config.json", "{}"));
        this.type = fields.string("rope_type").or(() -> fields.string("type")).orElse("default");
        OptionalDouble own = fields.number("rope_theta");
        this.theta = own.isPresent()
                ? own.getAsDouble()
                : config.number("rope_theta").orElse(DEFAULT_THETA);
    }

    Rope read() {
        requireWhole(config);
        requireWhole(fields);
        for (String name : fields.names()) {
            if (fields.value(name).isObject()) {
                throw fields.bad(name, "is scaling for some layers only, which is not supported");
            }
        }
        if (theta <= 0) {
            throw config.bad("rope_theta", "must be positive, found " + theta);
        }
        return switch (type) {
            case "default" -> new Rope.Default(theta);
            case "linear" -> new Rope.Linear(theta, factor());
            case "dynamic" -> new Rope.Dynamic(theta, factor(), maxPositions);
            case "llama3" -> llama3();
            case "yarn" -> yarn();
            default -> throw fields.bad("rope_type", "%s is not supported".formatted(type));
        };
    }

    /** The longest sequence that the scaling is made for. */
    int scaledPositions() {
        return switch (read()) {
            case Rope.Default _, Rope.Llama3 _ -> maxPositions;
            case Rope.Linear linear -> scaled(maxPositions, linear.factor());
            case Rope.Dynamic dynamic -> scaled(maxPositions, dynamic.factor());
            case Rope.Yarn yarn -> scaled(yarn.originalMaxPositions(), yarn.factor());
        };
    }

    private Rope llama3() {
        double low = positive("low_freq_factor");
        double high = positive("high_freq_factor");
        if (high <= low) {
            throw fields.bad("high_freq_factor", "must be above low_freq_factor");
        }
        return new Rope.Llama3(theta, factor(), low, high, originalMaxPositions());
    }

    private Rope yarn() {
        int original = originalMaxPositions();
        double factor = fields.has("factor") ? factor() : (double) maxPositions / original;
        return new Rope.Yarn(
                theta,
                factor,
                orDefault("beta_fast", DEFAULT_BETA_FAST),
                orDefault("beta_slow", DEFAULT_BETA_SLOW),
                attentionFactor(factor),
                original,
                fields.bool("truncate", true));
    }

    private double attentionFactor(double factor) {
        OptionalDouble given = fields.number("attention_factor");
        if (given.isPresent()) {
            return given.getAsDouble();
        }
        double mscale = fields.number("mscale").orElse(0);
        double mscaleAllDim = fields.number("mscale_all_dim").orElse(0);
        return mscale != 0 && mscaleAllDim != 0
                ? magnitude(factor, mscale) / magnitude(factor, mscaleAllDim)
                : magnitude(factor, 1);
    }

    /** YaRN's correction of the attention's temperature. */
    private static double magnitude(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    private double factor() {
        return positive("factor");
    }

    private double positive(String name) {
        double value = fields.requireNumber(name);
        if (value <= 0) {
            throw fields.bad(name, "must be positive, found " + value);
        }
        return value;
    }

    /** Zero counts as absent, as in transformers. */
    private double orDefault(String name, double absent) {
        double value = fields.number(name).orElse(absent);
        return value == 0 ? absent : value;
    }

    private int originalMaxPositions() {
        int original = fields.integer("original_max_position_embeddings")
                .orElse(config.integer("original_max_position_embeddings").orElse(maxPositions));
        if (original <= 0) {
            throw fields.bad("original_max_position_embeddings", "must be positive, found " + original);
        }
        return original;
    }

    private static void requireWhole(JsonFields fields) {
        if (fields.number("partial_rotary_factor").orElse(1) != 1) {
            throw fields.bad("partial_rotary_factor", "other than 1 is not supported");
        }
    }

    private static int scaled(int positions, double factor) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(positions, positions * factor));
    }
}
