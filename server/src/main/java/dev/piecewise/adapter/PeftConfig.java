package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.checkpoint.JsonFields;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * An adapter_config.json that says plain LoRA. Every setting is either honoured, known to change nothing when serving, or refused by name.
 *
 * @param ranks {@code rank_pattern}, in its order; the first that matches a module counts
 * @param alphas {@code alpha_pattern}, likewise
 */
record PeftConfig(
        int rank,
        double alpha,
        boolean rankStabilized,
        SequencedMap<ModulePattern, Integer> ranks,
        SequencedMap<ModulePattern, Double> alphas,
        PeftTargets targets) {

    private static final Set<String> HONOURED = Set.of(
            "peft_type",
            "r",
            "lora_alpha",
            "use_rslora",
            "rank_pattern",
            "alpha_pattern",
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern",
            "bias",
            "init_lora_weights");

    /** Settings about training, quantisation files, or where the adapter came from. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "revision",
            "inference_mode",
            "task_type",
            "peft_version",
            "lora_dropout",
            "megatron_core",
            "qalora_group_size",
            "runtime_config",
            "eva_config",
            "corda_config",
            "lora_ga_config",
            "loftq_config",
            "ensure_weight_tying");

    /** Ways of beginning a training that leave the base's weights as they are. */
    private static final Set<String> HARMLESS_STARTS = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    private static final Map<String, String> REASONS = Map.of(
            "use_dora", "(DoRA)",
            "modules_to_save", "(whole modules beside the LoRA)",
            "lora_bias", "(a bias in the LoRA)",
            "alora_invocation_tokens", "(activated LoRA)",
            "use_qalora", "(QALoRA)",
            "trainable_token_indices", "(changed embeddings)",
            "target_parameters", "(LoRA on bare parameters)",
            "fan_in_fan_out", "(transposed weights)",
            "layer_replication", "(repeated layers)");

    static PeftConfig read(JsonFields config) {
        String type = config.string("peft_type").orElse("missing");
        if (!type.equals("LORA")) {
            throw config.bad("peft_type", "is %s; only LORA can be served".formatted(type));
        }
        refuseWhatCannotBeHonoured(config);
        int rank = config.requireInteger("r");
        if (rank <= 0) {
            throw config.bad("r", "must be positive, found " + rank);
        }
        SequencedMap<ModulePattern, Integer> ranks = new LinkedHashMap<>();
        config.object("rank_pattern")
                .ifPresent(map -> map.names()
                        .forEach(
                                key -> ranks.put(modulePattern(config, "rank_pattern", key), map.requireInteger(key))));
        SequencedMap<ModulePattern, Double> alphas = new LinkedHashMap<>();
        config.object("alpha_pattern")
                .ifPresent(map -> map.names()
                        .forEach(key ->
                                alphas.put(modulePattern(config, "alpha_pattern", key), map.requireNumber(key))));
        return new PeftConfig(
                rank,
                config.requireNumber("lora_alpha"),
                config.bool("use_rslora", false),
                ranks,
                alphas,
                new PeftTargets(config));
    }

    int rank(String module) {
        return firstMatch(ranks, module, rank);
    }

    /** What {@code B A} is multiplied by. */
    double scale(String module) {
        double alpha = firstMatch(alphas, module, this.alpha);
        return alpha / (rankStabilized ? Math.sqrt(rank(module)) : rank(module));
    }

    static ModulePattern pattern(JsonFields config, String field, String regex) {
        try {
            return ModulePattern.compile(regex);
        } catch (IllegalArgumentException e) {
            throw config.bad(field, String.valueOf(e.getMessage()));
        }
    }

    /** PEFT's rule: a key stands for the modules whose name it matches or whose name ends with a dot and what it matches. */
    private static ModulePattern modulePattern(JsonFields config, String field, String key) {
        return pattern(config, field, "(?:.*\\.)?(?:" + key + ")");
    }

    private static <T> T firstMatch(SequencedMap<ModulePattern, T> patterns, String module, T absent) {
        for (Map.Entry<ModulePattern, T> entry : patterns.entrySet()) {
            if (entry.getKey().matches(module)) {
                return entry.getValue();
            }
        }
        return absent;
    }

    private static void refuseWhatCannotBeHonoured(JsonFields config) {
        for (String name : config.names()) {
            if (!HONOURED.contains(name) && !WITHOUT_EFFECT.contains(name) && isSet(config.value(name))) {
                String reason = REASONS.getOrDefault(name, "(" + config.value(name) + ")");
                throw config.bad(name, reason + " cannot be honoured");
            }
        }
        String bias = config.string("bias").orElse("none");
        if (!bias.equals("none")) {
            throw config.bad("bias", "%s cannot be honoured; only none can".formatted(bias));
        }
        String start = config.value("init_lora_weights").asText("true");
        if (config.has("init_lora_weights") && !HARMLESS_STARTS.contains(start)) {
            throw config.bad(
                    "init_lora_weights", "%s cannot be honoured: it changes the base's weights".formatted(start));
        }
    }

    private static boolean isSet(JsonNode value) {
        boolean empty = value.isNull()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.textValue().isEmpty());
        return !empty;
    }
}
