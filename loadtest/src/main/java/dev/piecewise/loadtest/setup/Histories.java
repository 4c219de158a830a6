package dev.piecewise.loadtest.setup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.piecewise.loadtest.workload.Wording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Histories for users that are made for a run: no two the same. */
@FunctionalInterface
public interface Histories {
    /** The items of the user of that number, as the server takes them. */
    ArrayNode items(int number);

    /** Plain words, which no model makes much of. */
    static Histories invented(int items, int words) {
        return number -> {
            SplittableRandom random = new SplittableRandom(number);
            ArrayNode history = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < items; i++) {
                history.addObject().put("text", Wording.text(words, random));
            }
            return history;
        };
    }

    /** Those of a users file. More users than it has take them again, each time with another item left out. */
    static Histories read(Path file) {
        List<ArrayNode> histories = new ArrayList<>();
        try {
            ObjectMapper json = new ObjectMapper();
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()
                        && json.readTree(line).path("history") instanceof ArrayNode items
                        && !items.isEmpty()) {
                    histories.add(items);
                }
            }
        } catch (JsonProcessingException e) {
            throw new SetupException("%s: a line is no JSON: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new SetupException("%s cannot be read".formatted(file), e);
        }
        if (histories.isEmpty()) {
            throw new SetupException(file + " has no line with a history");
        }
        return number -> variant(histories.get(number % histories.size()), number / histories.size());
    }

    private static ArrayNode variant(ArrayNode items, int number) {
        ArrayNode history = JsonNodeFactory.instance.arrayNode();
        int left = number == 0 || items.size() == 1 ? -1 : (number - 1) % items.size();
        for (int i = 0; i < items.size(); i++) {
            if (i != left) {
                JsonNode item = items.get(i);
                history.add(item);
            }
        }
        return history;
    }
}
