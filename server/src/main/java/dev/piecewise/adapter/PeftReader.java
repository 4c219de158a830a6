package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a PEFT directory as an adapter of one base model: all of it, or a {@link BadFileException} with the reason. */
public final class PeftReader {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final Pattern FACTOR =
            Pattern.compile("(?:base_model\\.model\\.)?(.+)\\.lora_([AB])(?:\\.default)?\\.weight");

    private final ModelConfig base;
    private final SafetensorsFile file;
    private final PeftConfig config;
    private final Map<String, TensorInfo> a = new TreeMap<>();
    private final Map<String, TensorInfo> b = new TreeMap<>();

    private PeftReader(ModelConfig base, SafetensorsFile file, PeftConfig config) {
        this.base = base;
        this.file = file;
        this.config = config;
    }

    /** {@code baseFingerprint} goes into the adapter's own, since the same factors mean something else on another base. */
    public static LoraAdapter read(Path directory, ModelConfig base, String baseFingerprint) {
        Path configFile = directory.resolve(CONFIG);
        if (!Files.exists(configFile)) {
            throw noConfig(directory.toString());
        }
        if (!Files.exists(directory.resolve(WEIGHTS))) {
            throw noWeights(directory.toString());
        }
        JsonFields fields = JsonFields.read(configFile);
        requireBase(fields, baseFingerprint);
        try (SafetensorsFile file = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
            return adapter(fields, file, base).whole(baseFingerprint);
        }
    }

    /** The adapter of these two files, which was checked but for the numbers themselves; those are when they are read. */
    static PeftAdapter open(JsonFields config, SafetensorsFile file, ModelConfig base, String baseFingerprint) {
        requireBase(config, baseFingerprint);
        return adapter(config, file, base);
    }

    private static PeftAdapter adapter(JsonFields fields, SafetensorsFile file, ModelConfig base) {
        PeftConfig config = PeftConfig.read(fields);
        try {
            return new PeftAdapter(file, new PeftReader(base, file, config).sites());
        } catch (IllegalArgumentException e) {
            throw new BadFileException(fields.source(), "a module name's pattern " + e.getMessage());
        }
    }

    static BadFileException noConfig(String where) {
        return new BadFileException(where, "holds no %s, so it is no PEFT adapter".formatted(CONFIG));
    }

    static BadFileException noWeights(String where) {
        return new BadFileException(where, "holds no %s".formatted(WEIGHTS));
    }

    /** Other tools write a name or a path there, which says nothing for certain; where a fingerprint is written it counts. */
    private static void requireBase(JsonFields config, String baseFingerprint) {
        String field = "base_model_name_or_path";
        String base = config.string(field).orElse("");
        if (base.startsWith("sha256:") && !base.equals(baseFingerprint)) {
            throw config.bad(field, "is %s; this base model is %s".formatted(base, baseFingerprint));
        }
    }

    private SortedMap<Site, PeftAdapter.Pair> sites() {
        requireNoEmbeddings();
        file.tensors().forEach(this::sort);
        SortedMap<Site, PeftAdapter.Pair> sites = new TreeMap<>();
        a.forEach((module, tensorA) -> {
            Site site = site(module);
            TensorInfo tensorB = b.get(module);
            if (tensorB == null) {
                throw bad("module %s has a lora_A but no lora_B".formatted(module));
            }
            if (sites.put(site, pair(module, site, tensorA, tensorB)) != null) {
                throw bad("module %s is there under two names".formatted(site));
            }
        });
        b.keySet().stream().filter(module -> !a.containsKey(module)).findFirst().ifPresent(module -> {
            throw bad("module %s has a lora_B but no lora_A".formatted(module));
        });
        if (sites.isEmpty()) {
            throw bad("holds no LoRA factors at all");
        }
        requireTargets(sites);
        return sites;
    }

    /** Keeps a factor under its module's name; anything else is refused. */
    private void sort(TensorInfo tensor) {
        Matcher matcher = FACTOR.matcher(tensor.name());
        if (!matcher.matches()) {
            throw bad("tensor %s cannot be honoured: it is %s".formatted(tensor.name(), foreign(tensor.name())));
        }
        Map<String, TensorInfo> factors = matcher.group(2).equals("A") ? a : b;
        if (factors.put(matcher.group(1), tensor) != null) {
            throw bad("tensor %s is there under two names".formatted(tensor.name()));
        }
    }

    private static String foreign(String tensor) {
        if (tensor.contains("lora_embedding_")) {
            return "a LoRA on an embedding";
        }
        if (tensor.contains("lora_magnitude_vector")) {
            return "part of DoRA";
        }
        if (tensor.contains(".lora_") && tensor.endsWith(".bias")) {
            return "a bias in the LoRA";
        }
        return tensor.contains(".lora_") ? "no factor of plain LoRA" : "a weight of the base or a module saved whole";
    }

    private Site site(String module) {
        Site site = Site.parse(module.startsWith("model.") ? module.substring("model.".length()) : module)
                .orElseThrow(
                        () -> bad("module %s cannot be adapted: it is no attention or MLP projection of the base model"
                                .formatted(module)));
        if (site.layer() >= base.layers()) {
            throw bad("module %s is not in the base model, which has %d layers".formatted(module, base.layers()));
        }
        if (!config.targets().contains(module)) {
            throw bad("module %s has factors, but %s does not target it".formatted(module, CONFIG));
        }
        return site;
    }

    private PeftAdapter.Pair pair(String module, Site site, TensorInfo tensorA, TensorInfo tensorB) {
        int rank = config.rank(module);
        int in = base.in(site.projection());
        int out = base.out(site.projection());
        requireShape(tensorA, rank, in);
        requireShape(tensorB, out, rank);
        return new PeftAdapter.Pair(module, tensorA, tensorB, config.scale(module));
    }

    private void requireShape(TensorInfo tensor, int rows, int columns) {
        if (!tensor.hasShape(rows, columns)) {
            throw bad(
                    "tensor %s has shape %s; expected [%d, %d]: the adapter is of another base model or its rank is not what %s says"
                            .formatted(tensor.name(), Arrays.toString(tensor.shape()), rows, columns, CONFIG));
        }
    }

    /** Whatever the configuration targets must have factors, or the adapter would be applied in part only. */
    private void requireTargets(SortedMap<Site, PeftAdapter.Pair> sites) {
        String prefix = a.keySet().iterator().next().startsWith("model.") ? "model." : "";
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Projection projection : Projection.values()) {
                Site site = new Site(layer, projection);
                if (!sites.containsKey(site) && config.targets().contains(prefix + site)) {
                    throw bad("%s targets module %s, for which there are no factors".formatted(CONFIG, site));
                }
            }
        }
    }

    /** Said before the tensors are looked at, because it explains them. */
    private void requireNoEmbeddings() {
        for (String module : new String[] {"lm_head", "model.embed_tokens"}) {
            if (config.targets().contains(module)) {
                throw bad("%s targets %s, and LoRA on embeddings cannot be honoured".formatted(CONFIG, module));
            }
        }
    }

    private BadFileException bad(String reason) {
        return new BadFileException(file.path(), reason);
    }
}
