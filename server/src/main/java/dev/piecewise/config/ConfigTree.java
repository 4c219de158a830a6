package dev.piecewise.config;

import static dev.piecewise.config.Checks.check;
import static dev.piecewise.config.Checks.wrong;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The configuration before it has types: every key of the shipped file with the value that it has so far. */
final class ConfigTree {
    private final ObjectNode root;

    private ConfigTree(ObjectNode root) {
        this.root = root;
    }

    static ConfigTree shipped() {
        try (InputStream file =
                Objects.requireNonNull(ConfigTree.class.getResourceAsStream("piecewise.yaml"), "piecewise.yaml")) {
            return of(new String(file.readAllBytes(), StandardCharsets.UTF_8), "piecewise.yaml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ConfigTree of(String yaml, String name) {
        return new ConfigTree(ConfigYaml.parse(yaml, name));
    }

    PiecewiseConfig bind() {
        return ConfigYaml.bind(root);
    }

    /** Takes over the keys that a file holds. */
    void overlay(Path file) {
        try {
            overlay(root, ConfigYaml.parse(Files.readString(file), file.toString()), "");
        } catch (IOException e) {
            throw wrong("--config", "cannot read " + file);
        }
    }

    private void overlay(ObjectNode section, ObjectNode given, String prefix) {
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            String key = prefix + entry.getKey();
            JsonNode known = known(section, entry.getKey(), key);
            if (!(known instanceof ObjectNode inner)) {
                section.set(entry.getKey(), sameKind(key, known, entry.getValue()));
            } else if (entry.getValue() instanceof ObjectNode values) {
                overlay(inner, values, key + ".");
            } else {
                throw wrong(key, "is a section: its keys belong below it");
            }
        }
    }

    /** Takes over one setting of the form {@code section.key=value}. */
    void set(String setting) {
        int equals = setting.indexOf('=');
        check(equals > 0, "--set", "wants key=value, not \"" + setting + '"');
        String key = setting.substring(0, equals).strip();
        ObjectNode section = root;
        String[] names = key.split("\\.", -1);
        for (int i = 0; i < names.length - 1; i++) {
            if (!(known(section, names[i], key) instanceof ObjectNode inner)) {
                throw unknown(key);
            }
            section = inner;
        }
        String name = names[names.length - 1];
        JsonNode known = known(section, name, key);
        check(!known.isObject(), key, "is a section: set one of its keys");
        section.set(name, parse(key, known, setting.substring(equals + 1)));
    }

    private JsonNode known(ObjectNode section, String name, String key) {
        JsonNode known = section.get(name);
        if (known == null) {
            throw unknown(key);
        }
        return known;
    }

    private RuntimeException unknown(String key) {
        List<String> keys = new ArrayList<>();
        collectKeys(root, "", keys);
        return wrong(
                key,
                "is not a configuration key"
                        + Suggestion.nearest(key, keys)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse(""));
    }

    private static void collectKeys(ObjectNode section, String prefix, List<String> keys) {
        for (Map.Entry<String, JsonNode> entry : section.properties()) {
            keys.add(prefix + entry.getKey());
            if (entry.getValue() instanceof ObjectNode inner) {
                collectKeys(inner, prefix + entry.getKey() + ".", keys);
            }
        }
    }

    private static JsonNode sameKind(String key, JsonNode known, JsonNode value) {
        boolean same = switch (known.getNodeType()) {
            case BOOLEAN -> value.isBoolean();
            case NUMBER -> known.isIntegralNumber() ? value.isIntegralNumber() : value.isNumber();
            case STRING -> value.isTextual();
            case ARRAY, BINARY, MISSING, NULL, OBJECT, POJO -> false;
        };
        check(same, key, "must be " + kind(known) + ", not " + (value.isContainerNode() ? "a section" : value));
        return value;
    }

    private static JsonNode parse(String key, JsonNode known, String text) {
        try {
            if (known.isBoolean()) {
                check(text.equals("true") || text.equals("false"), key, mustBe(known, text));
                return BooleanNode.valueOf(Boolean.parseBoolean(text));
            }
            if (known.isNumber()) {
                return known.isIntegralNumber()
                        ? LongNode.valueOf(Long.parseLong(text))
                        : DoubleNode.valueOf(Double.parseDouble(text));
            }
            return TextNode.valueOf(text);
        } catch (NumberFormatException e) {
            throw wrong(key, mustBe(known, text));
        }
    }

    private static String mustBe(JsonNode known, String text) {
        return "must be %s, not \"%s\"".formatted(kind(known), text);
    }

    private static String kind(JsonNode known) {
        if (known.isBoolean()) {
            return "true or false";
        }
        if (known.isNumber()) {
            return known.isIntegralNumber() ? "a whole number" : "a number";
        }
        return "text (in quotes where YAML would read something else)";
    }
}
