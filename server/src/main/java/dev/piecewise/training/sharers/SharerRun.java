package dev.piecewise.training.sharers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.PeftReader;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ServingException;
import dev.piecewise.training.Checkpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The directory that the training of sharers keeps its results in: {@code sharers.json} says who was chosen and by which settings, {@code adapters} holds a PEFT
 * directory for each, {@code gates-*} a file of gates for each, apart for different settings, and {@code log-*} the loss of every step. What is there is whole, and is not made again.
 */
public final class SharerRun {
    private static final String DESCRIPTION = "sharers.json";
    private static final JsonMapper JSON = new JsonMapper();

    private final Path directory;
    private final String base;
    private final List<Sharer> sharers;

    private SharerRun(Path directory, String base, List<Sharer> sharers) {
        this.directory = directory;
        this.base = base;
        this.sharers = sharers;
    }

    /** One who was chosen. */
    public record Sharer(String id, int items, int cluster, Consent consent) {}

    /** A sharer's adapter, read. {@code model} is the base model's shape. */
    LoraAdapter trained(Sharer sharer, ModelConfig model) {
        return PeftReader.read(adapter(sharer), model, base);
    }

    /** What a sharer gives to a pool with these gates: only the pieces that they agreed to share, drawn by {@code seed}. {@code model} is the base model's shape. */
    Contribution contribution(Sharer sharer, ModelConfig model, SortedMap<Site, float[]> gates, long seed) {
        return new Contribution(sharer.id(), sharer.items(), trained(sharer, model), Optional.of(gates))
                .agreed(sharer.consent(), base, seed);
    }

    /** Refuses any other base model than the one that the sharers were trained on. */
    public void requireBase(String fingerprint) {
        if (!base.equals(fingerprint)) {
            throw ServingException.invalid(
                    "model", "the sharers were trained on base model %s, not on %s".formatted(base, fingerprint));
        }
    }

    /** The run in this directory, or empty where none has been begun. One that was begun with other settings is refused. */
    static Optional<SharerRun> find(Path directory, Map<String, String> settings) {
        if (!Files.exists(directory.resolve(DESCRIPTION))) {
            return Optional.empty();
        }
        JsonFields json = JsonFields.read(directory.resolve(DESCRIPTION));
        JsonFields kept = json.requireObject("settings");
        settings.forEach((name, value) -> {
            String before = kept.string(name).orElse("");
            if (!before.equals(value)) {
                throw new BadFileException(
                        directory,
                        "holds a run with %s = %s, not %s; take another directory".formatted(name, before, value));
            }
        });
        return Optional.of(read(directory, json));
    }

    /** The run in this directory, with whatever settings. */
    public static SharerRun read(Path directory) {
        return read(directory, JsonFields.read(directory.resolve(DESCRIPTION)));
    }

    /** Notes who was chosen; from then on the run goes on with them. */
    static SharerRun begin(Path directory, String base, Map<String, String> settings, List<Sharer> sharers) {
        ObjectNode json = JSON.createObjectNode().put("format", 1).put("base", base);
        ObjectNode kept = json.putObject("settings");
        settings.forEach(kept::put);
        ArrayNode chosen = json.putArray("sharers");
        for (Sharer sharer : sharers) {
            ObjectNode consent = chosen.addObject()
                    .put("id", sharer.id())
                    .put("items", sharer.items())
                    .put("cluster", sharer.cluster())
                    .putObject("consent");
            consent.put("by", sharer.consent().by())
                    .put("at", sharer.consent().at().toString())
                    .put("ratio", sharer.consent().ratio());
        }
        AtomicFiles.file(
                directory.resolve(DESCRIPTION),
                temporary -> Files.writeString(
                        temporary, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n"));
        return new SharerRun(directory, base, List.copyOf(sharers));
    }

    private static SharerRun read(Path directory, JsonFields json) {
        List<Sharer> sharers = new ArrayList<>();
        for (JsonNode node : json.elements("sharers")) {
            JsonFields fields = JsonFields.of(directory.resolve(DESCRIPTION) + ": sharers", node);
            JsonFields consent = fields.requireObject("consent");
            sharers.add(new Sharer(
                    fields.requireString("id"),
                    fields.requireInteger("items"),
                    fields.requireInteger("cluster"),
                    new Consent(
                            consent.requireString("by"),
                            Instant.parse(consent.requireString("at")),
                            consent.requireNumber("ratio"))));
        }
        return new SharerRun(directory, json.requireString("base"), List.copyOf(sharers));
    }

    /** The base model's fingerprint. */
    public String base() {
        return base;
    }

    /** In the pool's order. */
    public List<Sharer> sharers() {
        return sharers;
    }

    /** A PEFT directory, there or not yet. */
    public Path adapter(Sharer sharer) {
        return directory.resolve("adapters").resolve(name(sharer));
    }

    /** A file of gates trained with the settings of this name, there or not yet. */
    Path gates(String settings, Sharer sharer) {
        return directory.resolve("gates-" + settings).resolve(name(sharer) + ".safetensors");
    }

    /** The directory for the numbers of a training. */
    Path log(String what) {
        return directory.resolve("log-" + what);
    }

    /** For the trainer. */
    Checkpoints checkpoints(String what) {
        return new Checkpoints(directory.resolve("checkpoints-" + what));
    }

    /** By number: a user's own name may be no name for a file. */
    private String name(Sharer sharer) {
        return "sharer%04d".formatted(sharers.indexOf(sharer) + 1);
    }
}
