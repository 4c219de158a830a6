package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The input of a response as OpenAI lists it: every item with an id, a type and a status, every message with its content in parts. */
final class ListedItems {
    private ListedItems() {}

    /** {@code input} as it came with the request of this response. */
    static List<ObjectNode> of(String response, JsonNode input) {
        List<ObjectNode> items = new ArrayList<>();
        if (input.isTextual()) {
            ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", "user");
            items.add(shown(message.put("content", input.textValue()), idOf(response, 0)));
        } else {
            for (JsonNode item : input) {
                items.add(shown((ObjectNode) item, idOf(response, items.size())));
            }
        }
        return items;
    }

    private static String idOf(String response, int number) {
        return "item_%s_%d".formatted(response.substring(response.indexOf('_') + 1), number);
    }

    private static ObjectNode shown(ObjectNode given, String id) {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("id", given.path("id").asText(id))
                .put("type", given.path("type").asText("message"));
        item.setAll((ObjectNode) given.deepCopy().without(List.of("id", "type")));
        if (!item.has("status")) {
            item.put("status", "completed");
        }
        JsonNode content = given.path("content");
        if (content.isTextual()) {
            boolean answer = given.path("role").asText().equals("assistant");
            ObjectNode part = item.putArray("content").addObject();
            part.put("type", answer ? "output_text" : "input_text").put("text", content.textValue());
            if (answer) {
                part.putArray("annotations");
            }
        }
        return item;
    }
}
