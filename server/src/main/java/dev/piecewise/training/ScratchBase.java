package dev.piecewise.training;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.TrainableBase;
import dev.piecewise.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A small Llama that is made from a corpus alone: the tokenizer is learnt from it, the model begins with random weights. While it is trained everything lies in a working
 * directory, from which a killed training goes on.
 */
public final class ScratchBase {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> COPIED =
            List.of("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json");

    private static final String LOG = "training.csv";

    private final Path work;

    public ScratchBase(Path work) {
        this.work = work;
    }

    /**
     * What the model shall be.
     *
     * @param file fields of a Hugging Face config.json that replace the defaults, or null
     * @param vocabulary tokens at most
     * @param stored what the weights are written as
     */
    public record Plan(@Nullable Path file, int vocabulary, DType stored, DeviceChoice device) {}

    /** Learns the tokenizer, trains, and publishes the model's directory, which must not exist yet; returns its shape. */
    public ModelConfig train(
            List<HistoryItem> corpus, Plan plan, TrainingSettings settings, TrainingListener progress, Path out) {
        requireAbsent(out);
        if (corpus.isEmpty()) {
            throw ServingException.invalid("corpus", "the corpus is empty");
        }
        ModelConfig config = prepare(corpus, plan);
        List<TrainingExample> examples = new ExampleReader(Tokenizer.load(work), config.maxPositions()).read(corpus);
        if (examples.isEmpty()) {
            throw ServingException.invalid("corpus", "the corpus has nothing to learn from");
        }
        TrainingLog log = new TrainingLog(work.resolve(LOG));
        try (TrainableBase base = TrainableBase.fresh(config, plan.device(), settings.seed())) {
            Map<String, float[]> weights =
                    new Trainer(base, settings, log.and(progress), checkpoints()).weights(examples);
            publish(config, weights, plan.stored(), log, out);
        }
        deleteWork();
        return config;
    }

    private ModelConfig prepare(List<HistoryItem> corpus, Plan plan) {
        BpeTrainer trainer = new BpeTrainer();
        for (HistoryItem item : corpus) {
            if (item.prompt() != null) {
                trainer.add(item.prompt());
            }
            trainer.add(item.completion());
        }
        BpeTrainer.Learned learned = trainer.train(plan.vocabulary(), TokenizerFiles.SPECIAL);
        ObjectNode config = config(plan, learned.symbols().size());
        try {
            Files.createDirectories(work);
            Files.writeString(work.resolve("config.json"), config.toPrettyString() + "\n");
            Files.writeString(
                    work.resolve("generation_config.json"), generation().toPrettyString() + "\n");
            ModelConfig read = ModelConfigReader.read(work);
            TokenizerFiles.write(learned, read.maxPositions(), work);
            return read;
        } catch (IOException e) {
            throw BadFileException.of(work, e);
        }
    }

    private static ObjectNode config(Plan plan, int vocabulary) {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama")
                .put("hidden_size", 256)
                .put("intermediate_size", 688)
                .put("num_hidden_layers", 6)
                .put("num_attention_heads", 4)
                .put("hidden_act", "silu")
                .put("max_position_embeddings", 512)
                .put("rms_norm_eps", 1e-5)
                .put("rope_theta", 10000.0)
                .put("attention_bias", false)
                .put("mlp_bias", false)
                .put("tie_word_embeddings", true);
        if (plan.file() != null) {
            JsonFields fields = JsonFields.read(plan.file());
            fields.names().forEach(name -> config.set(name, fields.value(name)));
        }
        config.put("vocab_size", vocabulary)
                .put("bos_token_id", TokenizerFiles.SPECIAL.indexOf(TokenizerFiles.BOS))
                .put("eos_token_id", TokenizerFiles.SPECIAL.indexOf(TokenizerFiles.EOS))
                .put("torch_dtype", plan.stored() == DType.BF16 ? "bfloat16" : "float32");
        return config;
    }

    private static ObjectNode generation() {
        return JSON.createObjectNode()
                .put("bos_token_id", TokenizerFiles.SPECIAL.indexOf(TokenizerFiles.BOS))
                .put("eos_token_id", TokenizerFiles.SPECIAL.indexOf(TokenizerFiles.EOS));
    }

    private void publish(ModelConfig config, Map<String, float[]> weights, DType stored, TrainingLog log, Path out) {
        SafetensorsWriter writer = AdaptedBase.weights(config, weights, _ -> stored);
        AtomicFiles.directory(out, temporary -> {
            for (String name : COPIED) {
                Files.copy(work.resolve(name), temporary.resolve(name));
            }
            writer.write(temporary.resolve("model.safetensors"));
            log.publish(temporary);
        });
    }

    private static void requireAbsent(Path out) {
        if (Files.exists(out)) {
            throw new BadFileException(out, "exists already and is not changed");
        }
    }

    private void deleteWork() {
        try {
            for (String name : COPIED) {
                Files.deleteIfExists(work.resolve(name));
            }
            Files.deleteIfExists(work.resolve(LOG));
        } catch (IOException e) {
            throw BadFileException.of(work, e);
        }
        checkpoints().clear();
    }

    private Checkpoints checkpoints() {
        return new Checkpoints(work);
    }
}
