package dev.piecewise.bench.gateway;

import dev.piecewise.gateway.completion.Dialect;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.text.ChatTemplates;
import dev.piecewise.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** A model without weights: a small byte-level tokenizer whose words are of the usual length, and a template. */
final class PlainModel {
    static final String NAME = "plain";
    /** Token ids from here on are words. */
    static final int FIRST_WORD = 96;

    static final int WORDS = 64;

    private static final String TEMPLATE =
            "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:";

    private PlainModel() {}

    /** Writes its files into the directory and reads them as any model's. */
    static ServedModel in(Path directory) throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), tokenizer());
        Files.writeString(directory.resolve("chat_template.jinja"), TEMPLATE);
        Tokenizer tokenizer = Tokenizer.load(directory);
        return new ServedModel(
                new ServedModel.Names(NAME, List.of()),
                Instant.now(),
                "sha256:0",
                tokenizer.size(),
                Set.of(),
                tokenizer,
                Dialect.of(ChatTemplates.load(directory)));
    }

    /** Printable ASCII, space and line end as GPT-2 spells them, then words with a space before them. */
    private static String tokenizer() {
        StringBuilder vocabulary = new StringBuilder();
        for (char c = '!'; c <= '~'; c++) {
            String escaped = c == '"' || c == '\\' ? "\\" + c : String.valueOf(c);
            vocabulary.append("\"%s\":%d,".formatted(escaped, c - '!'));
        }
        vocabulary.append("\"\u0120\":94,\"\u010a\":95");
        for (int word = 0; word < WORDS; word++) {
            vocabulary.append(",\"\u0120word%02d\":%d".formatted(word, FIRST_WORD + word));
        }
        String bytes = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}";
        return "{\"version\":\"1.0\",\"added_tokens\":[],\"pre_tokenizer\":%s,\"decoder\":%s,".formatted(bytes, bytes)
                + "\"model\":{\"type\":\"BPE\",\"vocab\":{%s},\"merges\":[]}}".formatted(vocabulary);
    }
}
