package dev.piecewise.training;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a learnt vocabulary as {@code tokenizer.json} and {@code tokenizer_config.json}, which Hugging Face tokenizers loads: byte-level BPE, texts begin with {@link #BOS}. */
final class TokenizerFiles {
    static final String BOS = "<s>";
    static final String EOS = "</s>";
    /** Ids of the special tokens are their places in this list. */
    static final List<String> SPECIAL = List.of(BOS, EOS);

    private static final JsonMapper JSON = new JsonMapper();

    private TokenizerFiles() {}

    static void write(BpeTrainer.Learned learned, int maxLength, Path directory) throws IOException {
        ObjectNode tokenizer = JSON.createObjectNode()
                .put("version", "1.0")
                .putNull("truncation")
                .putNull("padding");
        ArrayNode added = tokenizer.putArray("added_tokens");
        for (int id = 0; id < learned.special().size(); id++) {
            added.add(special(id, learned.special().get(id)));
        }
        tokenizer.putNull("normalizer");
        tokenizer.set("pre_tokenizer", byteLevel());
        tokenizer.set("post_processor", beginning(learned.special().indexOf(BOS)));
        tokenizer.set("decoder", byteLevel());
        tokenizer.set("model", model(learned));
        Files.writeString(directory.resolve("tokenizer.json"), tokenizer.toPrettyString() + "\n");
        ObjectNode config = JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("bos_token", BOS)
                .put("eos_token", EOS)
                .put("clean_up_tokenization_spaces", false)
                .put("model_max_length", maxLength);
        Files.writeString(directory.resolve("tokenizer_config.json"), config.toPrettyString() + "\n");
    }

    private static ObjectNode special(int id, String token) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static ObjectNode byteLevel() {
        return JSON.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static ObjectNode beginning(int bos) {
        ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", BOS).put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        ArrayNode pair = processor.putArray("pair");
        pair.addObject().putObject("SpecialToken").put("id", BOS).put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
        ObjectNode token = processor.putObject("special_tokens").putObject(BOS).put("id", BOS);
        token.putArray("ids").add(bos);
        token.putArray("tokens").add(BOS);
        return processor;
    }

    private static ObjectNode model(BpeTrainer.Learned learned) {
        ObjectNode model = JSON.createObjectNode()
                .put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < learned.symbols().size(); id++) {
            vocabulary.put(learned.symbols().get(id), id);
        }
        ArrayNode merges = model.putArray("merges");
        learned.merges().forEach(pair -> merges.addArray().add(pair[0]).add(pair[1]));
        return model;
    }
}
