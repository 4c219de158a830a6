package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.checkpoint.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes an adapter as a PEFT directory that any other tool loads, in F32 and with a scale of 1 (alpha is the rank). */
public final class PeftWriter {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String MODEL = "model.";

    private PeftWriter() {}

    /** {@code baseName} is noted as the base model's name or path; the directory must not exist yet. */
    public static void write(LoraAdapter adapter, ModelConfig base, String baseName, Path directory) {
        SafetensorsWriter weights = new SafetensorsWriter(Map.of("format", "pt"));
        adapter.sites().forEach((site, factors) -> {
            String name = "base_model.model." + MODEL + site;
            weights.add(name + ".lora_A.weight", factors.a(), factors.rank(), factors.in());
            weights.add(name + ".lora_B.weight", factors.b(), factors.out(), factors.rank());
        });
        AtomicFiles.directory(directory, temporary -> {
            weights.write(temporary.resolve(PeftReader.WEIGHTS));
            writeConfig(adapter, base, baseName, temporary.resolve(PeftReader.CONFIG));
        });
    }

    private static void writeConfig(LoraAdapter adapter, ModelConfig base, String baseName, Path file)
            throws IOException {
        int rank = adapter.rank();
        ObjectNode config = JSON.createObjectNode()
                .put("peft_type", "LORA")
                .put("task_type", "CAUSAL_LM")
                .put("base_model_name_or_path", baseName)
                .put("inference_mode", true)
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("lora_dropout", 0.0)
                .put("r", rank)
                .put("lora_alpha", rank)
                .put("use_rslora", false)
                .put("use_dora", false)
                .putNull("modules_to_save")
                .putNull("layers_to_transform")
                .putNull("layers_pattern");
        ArrayNode targets = config.putArray("target_modules");
        targets(adapter.sites().keySet(), base).forEach(targets::add);
        ObjectNode ranks = config.putObject("rank_pattern");
        ObjectNode alphas = config.putObject("alpha_pattern");
        adapter.sites().forEach((site, factors) -> {
            if (factors.rank() != rank) {
                String key = (MODEL + site).replace(".", "\\.");
                ranks.put(key, factors.rank());
                alphas.put(key, factors.rank());
            }
        });
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    }

    /** Short names when every layer has the same projections, else each module by its whole name. */
    private static Set<String> targets(Set<Site> sites, ModelConfig base) {
        Set<Projection> projections = sites.stream().map(Site::projection).collect(Collectors.toSet());
        boolean everywhere = sites.size() == projections.size() * base.layers();
        return sites.stream()
                .map(site -> everywhere ? site.projection().shortName() : MODEL + site)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
