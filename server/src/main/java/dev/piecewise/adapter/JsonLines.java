package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Files of one JSON value a line, in UTF-8; empty lines do not count. */
public final class JsonLines {
    private JsonLines() {}

    /** {@code read} gets what messages call a line, which is the file and the line's number, and its value. */
    public static <T> List<T> read(Path file, BiFunction<String, JsonNode, T> read) {
        List<T> values = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 1;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    String source = file + ":" + number;
                    values.add(read.apply(source, JsonFields.node(source, line)));
                }
                number++;
            }
        } catch (CharacterCodingException e) {
            throw new BadFileException(file, "is not UTF-8");
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
        return values;
    }
}
