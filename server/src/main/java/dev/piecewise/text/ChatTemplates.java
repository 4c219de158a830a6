package dev.piecewise.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The chat templates of a model directory. */
public final class ChatTemplates {
    private static final String KEY = "chat_template";
    private static final String SUFFIX = ".jinja";

    private ChatTemplates() {}

    /** Empty for a checkpoint without one. A {@link dev.piecewise.checkpoint.BadFileException} names a file that cannot be read. */
    public static Optional<ChatTemplate> load(Path modelDirectory) {
        return load(modelDirectory, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #load(Path)}; a template that asks for the time reads {@code clock}. */
    public static Optional<ChatTemplate> load(Path modelDirectory, Clock clock) {
        Map<String, String> sources = files(modelDirectory);
        for (String file : new String[] {"tokenizer_config.json", "chat_template.json"}) {
            if (sources.isEmpty()) {
                sources = embedded(modelDirectory.resolve(file));
            }
        }
        return sources.isEmpty()
                ? Optional.empty()
                : Optional.of(new ChatTemplate(sources, TokenizerConfig.specialTokens(modelDirectory), clock));
    }

    /** Templates in files of their own; where there are any, those in other files do not count. */
    private static Map<String, String> files(Path directory) {
        Map<String, String> sources = new HashMap<>();
        Path single = directory.resolve(KEY + SUFFIX);
        if (Files.exists(single)) {
            sources.put(ChatTemplate.DEFAULT, read(single));
        }
        Path named = directory.resolve("additional_chat_templates");
        if (Files.isDirectory(named)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(named, "*" + SUFFIX)) {
                for (Path file : files) {
                    String name = String.valueOf(file.getFileName());
                    sources.put(name.substring(0, name.length() - SUFFIX.length()), read(file));
                }
            } catch (IOException unreadable) {
                throw BadFileException.of(named, unreadable);
            }
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw BadFileException.of(file, unreadable);
        }
    }

    /** A template inside a JSON file, or a list of them with names. */
    private static Map<String, String> embedded(Path file) {
        JsonNode template = TokenizerConfig.tree(file).path(KEY);
        if (template.isMissingNode() || template.isNull()) {
            return Map.of();
        }
        if (template.isTextual()) {
            return Map.of(ChatTemplate.DEFAULT, template.asText());
        }
        Map<String, String> sources = new HashMap<>();
        for (JsonNode entry : template) {
            if (!entry.path("name").isTextual() || !entry.path("template").isTextual()) {
                throw new BadFileException(file, KEY + " must be a string or a list of objects with name and template");
            }
            sources.put(entry.path("name").asText(), entry.path("template").asText());
        }
        return sources;
    }
}
