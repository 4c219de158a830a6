package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.Shape.Place;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** What the references of a schema point to, which must be in the schema itself. */
final class References {
    private final Place root;

    References(Place root) {
        this.root = root;
    }

    /** {@code reference} is the place of a {@code $ref}. */
    Place target(Place reference) {
        String text = Keywords.text(reference);
        if (!text.startsWith("#")) {
            throw ServingException.invalid(
                    reference.path(), reference.path() + " points outside of the schema, which is not supported");
        }
        String pointer = decoded(reference, text.substring(1));
        if (!pointer.isEmpty() && !pointer.startsWith("/")) {
            return anchored(root, pointer, reference);
        }
        JsonNode node = root.schema();
        StringBuilder path = new StringBuilder(root.path());
        String[] steps =
                pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1);
        for (String step : steps) {
            String name = step.replace("~1", "/").replace("~0", "~");
            boolean index = node.isArray() && name.matches("[0-9]{1,6}");
            node = index ? node.path(Integer.parseInt(name)) : node.path(name);
            path.append(index ? "[" + name + "]" : "." + name);
        }
        return found(reference, new Place(node, path.toString()));
    }

    private static Place found(Place reference, Place target) {
        if (target.schema().isMissingNode()) {
            throw ServingException.invalid(
                    reference.path(), reference.path() + " points to a place that is not in the schema");
        }
        return Keywords.schema(target);
    }

    private static Place anchored(Place root, String anchor, Place reference) {
        for (String definitions : new String[] {"$defs", "definitions"}) {
            for (var entry : root.schema().path(definitions).properties()) {
                if (entry.getValue().path("$anchor").asText().equals(anchor)) {
                    return new Place(
                            entry.getValue(),
                            root.at(definitions).at(entry.getKey()).path());
                }
            }
        }
        return found(reference, root.at("\n"));
    }

    private static String decoded(Place reference, String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Keywords.wrong(reference, "a reference");
        }
    }
}
