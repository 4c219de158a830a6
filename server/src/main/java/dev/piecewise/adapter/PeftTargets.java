package dev.piecewise.adapter;

import dev.piecewise.checkpoint.JsonFields;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which modules an adapter_config.json adapts, by PEFT's rules for {@code target_modules}, {@code exclude_modules} and {@code layers_to_transform}. */
final class PeftTargets {
    private static final String ALL_LINEAR = "all-linear";
    /** What PEFT takes for our architectures when nothing is said. */
    private static final List<String> DEFAULT_TARGETS = List.of("q_proj", "v_proj");

    private static final Pattern ANY_LAYER = Pattern.compile(".*\\.[^.]*\\.(\\d{1,6})\\..*");

    private final Names targets;
    private final Names excluded;
    private final boolean allLinear;
    private final List<Integer> layers;
    private final List<Pattern> layerPatterns;

    PeftTargets(JsonFields config) {
        this.targets = config.has("target_modules")
                ? Names.read(config, "target_modules")
                : new Names(DEFAULT_TARGETS, Optional.empty());
        this.excluded = Names.read(config, "exclude_modules");
        this.allLinear = config.value("target_modules").asText("").equals(ALL_LINEAR);
        this.layers = config.integers("layers_to_transform");
        this.layerPatterns = layerPatterns(config);
        if (!layers.isEmpty() && targets.regex().isPresent()) {
            throw config.bad("layers_to_transform", "cannot be used when target_modules is a string");
        }
    }

    /** {@code module} as in the base model, such as {@code model.layers.3.self_attn.q_proj}. */
    boolean contains(String module) {
        if (excluded.contains(module)) {
            return false;
        }
        if (allLinear) {
            return module.endsWith("_proj");
        }
        return targets.contains(module) && (layers.isEmpty() || targets.names().contains(module) || isInLayers(module));
    }

    private boolean isInLayers(String module) {
        return layerPatterns.stream()
                .map(pattern -> pattern.matcher(module))
                .filter(Matcher::matches)
                .findFirst()
                .filter(matcher -> layers.contains(Integer.parseInt(matcher.group(1))))
                .isPresent();
    }

    private static List<Pattern> layerPatterns(JsonFields config) {
        List<String> names = config.value("layers_pattern").isTextual()
                ? List.of(config.requireString("layers_pattern"))
                : config.strings("layers_pattern");
        List<String> given = names.stream().filter(name -> !name.isEmpty()).toList();
        if (given.stream().anyMatch(name -> !name.matches("\\w+"))) {
            throw config.bad("layers_pattern", "other than plain names is not supported");
        }
        return given.isEmpty()
                ? List.of(ANY_LAYER)
                : given.stream()
                        .map(name -> Pattern.compile(".*\\." + name + "\\.(\\d{1,6})\\..*"))
                        .toList();
    }

    /** A list of module names, each standing for itself and every module whose name ends with it, or one expression over whole names. */
    private record Names(List<String> names, Optional<ModulePattern> regex) {
        static Names read(JsonFields config, String field) {
            if (!config.value(field).isTextual()) {
                return new Names(config.strings(field), Optional.empty());
            }
            return new Names(List.of(), Optional.of(PeftConfig.pattern(config, field, config.requireString(field))));
        }

        boolean contains(String module) {
            return regex.map(pattern -> pattern.matches(module))
                    .orElseGet(
                            () -> names.stream().anyMatch(name -> module.equals(name) || module.endsWith("." + name)));
        }
    }
}
