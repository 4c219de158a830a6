package dev.piecewise.gateway.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON on the wire: request bodies in; records, maps and lists with snake_case names out. */
public final class Json {
    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(64)
            .maxNumberLength(400)
            .maxStringLength(Integer.MAX_VALUE)
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(CONSTRAINTS)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private static final TypeReference<Map<String, @Nullable Object>> MAP = new TypeReference<>() {};

    private static final TypeReference<List<@Nullable Object>> LIST = new TypeReference<>() {};

    private Json() {}

    /** The request body as an object; INVALID_REQUEST says where it is none. */
    public static Fields object(byte[] body) {
        JsonNode value = parse(body);
        if (value instanceof ObjectNode object) {
            return new Fields("", object);
        }
        throw invalid("the request body must be a JSON object, not " + Fields.kind(value));
    }

    /** A record, map or list as UTF-8. */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object as plain maps, lists, strings, numbers and booleans. */
    public static Map<String, @Nullable Object> map(JsonNode object) {
        return MAPPER.convertValue(object, MAP);
    }

    /** A list as plain values. */
    public static List<@Nullable Object> list(JsonNode array) {
        return MAPPER.convertValue(array, LIST);
    }

    /** A JSON text inside another one; empty when it is none. */
    public static Optional<JsonNode> read(String json) {
        try {
            return Optional.of(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** What {@link #bytes} wrote. */
    public static JsonNode read(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A record, map or list as text. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A record, map or list as a tree. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    private static JsonNode parse(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw invalid("the request body is not valid JSON" + place(e.getLocation()) + ": " + JsonFields.reason(e));
        } catch (IOException e) {
            throw invalid("the request body is not valid JSON: it is not UTF-8");
        }
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null ? "" : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static ServingException invalid(String message) {
        return new ServingException(ErrorCode.INVALID_REQUEST, message);
    }
}
