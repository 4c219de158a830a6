package dev.piecewise.grammar;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.GrammarSpec.AnyObject;
import dev.piecewise.grammar.GrammarSpec.Choice;
import dev.piecewise.grammar.GrammarSpec.Regex;
import dev.piecewise.grammar.GrammarSpec.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The fields by which a request asks for structured output: OpenAI's {@code response_format}; vLLM's {@code structured_outputs} and its older {@code guided_*}. At
 * most one of them may ask.
 */
public final class GrammarRequest {
    private static final int MOST_CHOICES = 10_000;
    private static final int MOST_DEPTH = 64;
    private static final List<String> KINDS = List.of("json", "regex", "choice", "json_object");
    private static final List<String> REFUSED = List.of(
            "grammar",
            "structural_tag",
            "whitespace_pattern",
            "disable_any_whitespace",
            "disable_additional_properties");

    private final List<GrammarSpec> asked = new ArrayList<>();

    private GrammarRequest() {}

    /** {@code field} gives a field of the request's body, empty where it is left out or null. INVALID_REQUEST names the field that is wrong. */
    public static Optional<GrammarSpec> parse(Function<String, Optional<JsonNode>> field) {
        GrammarRequest request = new GrammarRequest();
        field.apply("response_format").ifPresent(request::responseFormat);
        field.apply("structured_outputs").ifPresent(value -> {
            requireObject("structured_outputs", value);
            request.vllm("structured_outputs.", name -> Optional.ofNullable(value.get(name)));
            if (request.asked.isEmpty()) {
                requireNothingElse(value);
            }
        });
        request.vllm("guided_", name -> field.apply("guided_" + name));
        if (request.asked.size() > 1) {
            String second = request.asked.get(1).param();
            throw ServingException.invalid(
                    second,
                    "%s and %s both ask for structured output; only one may"
                            .formatted(request.asked.getFirst().param(), second));
        }
        return request.asked.stream().findFirst();
    }

    private void responseFormat(JsonNode format) {
        requireObject("response_format", format);
        JsonNode type = format.path("type");
        String name = type.isTextual() ? type.textValue() : "";
        switch (name) {
            case "text" -> {}
            case "json_object" -> asked.add(new AnyObject("response_format"));
            case "json_schema" -> {
                JsonNode wrapper = format.path("json_schema");
                requireObject("response_format.json_schema", wrapper);
                asked.add(schema("response_format.json_schema.schema", wrapper.path("schema")));
            }
            default ->
                throw ServingException.invalid(
                        "response_format.type", "response_format.type must be text, json_object or json_schema");
        }
    }

    private void vllm(String prefix, Function<String, Optional<JsonNode>> field) {
        present(field, "json").ifPresent(value -> asked.add(schema(prefix + "json", value)));
        present(field, "regex")
                .ifPresent(value -> asked.add(new Regex(prefix + "regex", text(prefix + "regex", value))));
        present(field, "choice").ifPresent(value -> asked.add(choice(prefix + "choice", value)));
        present(field, "json_object").ifPresent(value -> {
            if (!value.isBoolean()) {
                throw ServingException.invalid(prefix + "json_object", prefix + "json_object must be true or false");
            }
            if (value.booleanValue()) {
                asked.add(new AnyObject(prefix + "json_object"));
            }
        });
        for (String name : REFUSED) {
            present(field, name).filter(GrammarRequest::isMore).ifPresent(value -> {
                throw ServingException.invalid(prefix + name, prefix + name + " is not supported");
            });
        }
    }

    /** Whoever misspells a name would get any text. */
    private static void requireNothingElse(JsonNode asked) {
        for (Map.Entry<String, JsonNode> field : asked.properties()) {
            if (!KINDS.contains(field.getKey()) && isMore(field.getValue())) {
                throw ServingException.invalid(
                        "structured_outputs",
                        "structured_outputs has none of what it can ask for: " + String.join(", ", KINDS));
            }
        }
    }

    /** Whether it is more than null and false. */
    private static boolean isMore(JsonNode value) {
        return !value.isNull() && (!value.isBoolean() || value.booleanValue());
    }

    private static Optional<JsonNode> present(Function<String, Optional<JsonNode>> field, String name) {
        return field.apply(name).filter(value -> !value.isNull());
    }

    /** An object, true, false, or the text of one of these, as vLLM takes it. */
    private static Schema schema(String param, JsonNode value) {
        JsonNode schema = value.isTextual() ? parsed(param, value.textValue()) : value;
        if (!schema.isObject() && !schema.isBoolean()) {
            throw ServingException.invalid(
                    param, param + (value.isMissingNode() ? " is missing" : " must be a JSON schema: an object"));
        }
        return new Schema(param, schema);
    }

    private static JsonNode parsed(String param, String json) {
        JsonFactory bounded = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MOST_DEPTH)
                        .maxNumberLength(400)
                        .build())
                .build();
        try {
            return new JsonMapper(bounded).readTree(json);
        } catch (JsonProcessingException e) {
            throw ServingException.invalid(param, param + " is a string, but not one of valid JSON");
        }
    }

    private static Choice choice(String param, JsonNode values) {
        if (!values.isArray() || values.isEmpty()) {
            throw ServingException.invalid(param, param + " must be a list of at least one string");
        }
        if (values.size() > MOST_CHOICES) {
            throw ServingException.invalid(param, "%s has more than %d strings".formatted(param, MOST_CHOICES));
        }
        List<String> choices = new ArrayList<>(values.size());
        for (JsonNode value : values) {
            choices.add(text("%s[%d]".formatted(param, choices.size()), value));
        }
        return new Choice(param, choices);
    }

    private static String text(String param, JsonNode value) {
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw ServingException.invalid(param, param + " must be a string that is not empty");
        }
        return value.textValue();
    }

    private static void requireObject(String param, JsonNode value) {
        if (!value.isObject()) {
            throw ServingException.invalid(
                    param, param + (value.isMissingNode() ? " is missing" : " must be an object"));
        }
    }
}
