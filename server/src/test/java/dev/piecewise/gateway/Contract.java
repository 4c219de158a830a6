package dev.piecewise.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** {@code openapi.yaml}, held against what really goes over the wire. */
final class Contract {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ERROR = "/components/schemas/Error";

    private final JsonNode document;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private Contract(JsonNode document) {
        this.document = document;
    }

    static Contract parse(String yaml) {
        try {
            return new Contract(new YAMLMapper().readTree(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An answer as it came; {@code type} and {@code adapter} are its headers Content-Type and X-Piecewise-Adapter. */
    record Answer(
            int status, @Nullable String type, @Nullable String adapter, String body) {}

    JsonNode document() {
        return document;
    }

    /** Every method with its path. */
    List<String> operations() {
        TreeSet<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(field -> {
                    if (!field.equals("parameters")) {
                        operations.add(field.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return List.copyOf(operations);
    }

    /** What of an exchange is not as the document says; a request that was refused may be anything. */
    List<String> violations(String method, String target, String request, Answer answer) {
        List<String> violations = new ArrayList<>();
        String pointer = pointer(method, target.replaceFirst("[?#].*", ""));
        if (document.at(pointer).isMissingNode()) {
            if (answer.status() < 400 || answer.status() > 499) {
                violations.add("there is no such operation, and it answers " + answer.status());
            } else if (!method.equals("HEAD")) {
                check(ERROR, answer.body(), violations);
            }
            return violations;
        }
        checkAnswer(pointer, answer, violations);
        String body = pointer + "/requestBody/content/application~1json/schema";
        if (answer.status() < 300 && !document.at(body).isMissingNode()) {
            check(body, asRead(request), violations);
        }
        return violations;
    }

    /** With numbers as Java's, which the server reads: -1e-400 is 0. */
    private static String asRead(String json) {
        try {
            return JSON.readTree(json).toString();
        } catch (IOException e) {
            return json;
        }
    }

    private void checkAnswer(String operation, Answer answer, List<String> violations) {
        Optional<String> response = response(operation, answer.status());
        if (response.isEmpty()) {
            violations.add("status %d is not in the document".formatted(answer.status()));
            return;
        }
        JsonNode described = document.at(response.get());
        if (described.path("headers").has("X-Piecewise-Adapter") && answer.adapter() == null) {
            violations.add("X-Piecewise-Adapter is missing");
        }
        if (!described.has("content")) {
            return;
        }
        String type = String.valueOf(answer.type()).replaceFirst(";.*", "");
        String content = response.get() + "/content/" + type.replace("/", "~1");
        if (document.at(content).isMissingNode()) {
            violations.add("content type %s is not in the document".formatted(type));
        } else if (type.equals("application/json")) {
            check(content + "/schema", answer.body(), violations);
        } else if (document.at(content).has("x-event")) {
            checkEvents(content + "/x-event", answer.body(), violations);
        }
    }

    /** Server-sent events, or lines; a stream may end with an error. */
    private void checkEvents(String schema, String body, List<String> violations) {
        for (String line : body.lines().toList()) {
            String event = line.startsWith("data: ") ? line.substring(6) : line;
            if (event.startsWith("{")) {
                check(event.startsWith("{\"error\":{") ? ERROR : schema, event, violations);
            }
        }
    }

    private Optional<String> response(String operation, int status) {
        for (String name : List.of(Integer.toString(status), status / 100 + "XX")) {
            String pointer = operation + "/responses/" + name;
            JsonNode found = document.at(pointer);
            if (!found.isMissingNode()) {
                return Optional.of(
                        found.has("$ref") ? found.path("$ref").asText().substring(1) : pointer);
            }
        }
        return Optional.empty();
    }

    private void check(String pointer, String json, List<String> violations) {
        Schema schema = schemas.computeIfAbsent(pointer, this::schema);
        try {
            JSON.readTree(json);
        } catch (IOException e) {
            violations.add("no JSON at " + pointer);
            return;
        }
        for (Error error : schema.validate(json, InputFormat.JSON)) {
            violations.add(pointer + ": " + error);
        }
    }

    private Schema schema(String pointer) {
        ObjectNode root = JSON.createObjectNode();
        root.put("$ref", "#/subject");
        root.set("subject", document.at(pointer));
        root.set("components", document.path("components"));
        return REGISTRY.getSchema(root.toString(), InputFormat.JSON);
    }

    /** Of the path with the fewest names that fits. */
    private String pointer(String method, String path) {
        String[] parts = path.split("/", -1);
        String best = "";
        int fewest = Integer.MAX_VALUE;
        for (Map.Entry<String, JsonNode> entry : document.path("paths").properties()) {
            String[] template = entry.getKey().split("/", -1);
            int names = names(template, parts);
            if (names >= 0 && names < fewest) {
                fewest = names;
                best = entry.getKey();
            }
        }
        return "/paths/" + best.replace("/", "~1") + "/" + method.toLowerCase(Locale.ROOT);
    }

    private static int names(String[] template, String[] parts) {
        if (template.length != parts.length) {
            return -1;
        }
        int names = 0;
        for (int i = 0; i < parts.length; i++) {
            boolean name = template[i].startsWith("{");
            if (name ? parts[i].isEmpty() : !template[i].equals(parts[i])) {
                return -1;
            }
            names += name ? 1 : 0;
        }
        return names;
    }
}
