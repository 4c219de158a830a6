package dev.piecewise.config;

import static dev.piecewise.config.Checks.wrong;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.piecewise.error.ServingException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** YAML to a tree, a tree to records; what goes wrong is told in the words of the file. */
final class ConfigYaml {
    private static final YAMLMapper MAPPER = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enumNamingStrategy(EnumNamingStrategies.KEBAB_CASE)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private ConfigYaml() {}

    static ObjectNode parse(String yaml, String name) {
        try {
            JsonNode tree = MAPPER.readTree(yaml);
            if (tree instanceof ObjectNode object) {
                return object;
            }
            if (tree.isMissingNode() || tree.isNull()) {
                return JsonNodeFactory.instance.objectNode();
            }
            throw wrong(name, "must hold sections with keys");
        } catch (JsonProcessingException e) {
            throw wrong(name, "line %d: %s".formatted(e.getLocation().getLineNr(), firstLine(e)));
        }
    }

    static PiecewiseConfig bind(ObjectNode tree) {
        try {
            return MAPPER.treeToValue(tree, PiecewiseConfig.class);
        } catch (JsonMappingException e) {
            throw e.getCause() instanceof ServingException checked ? checked : wrong(key(e), reason(e));
        } catch (JsonProcessingException e) {
            throw wrong("the configuration", firstLine(e));
        }
    }

    private static String key(JsonMappingException e) {
        return e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .collect(Collectors.joining("."));
    }

    private static String reason(JsonMappingException e) {
        if (e instanceof InvalidFormatException wrong && wrong.getTargetType().isEnum()) {
            String values = Arrays.stream(wrong.getTargetType().getEnumConstants())
                    .map(value -> MAPPER.convertValue(value, String.class))
                    .collect(Collectors.joining(", "));
            return "must be one of %s, not \"%s\"".formatted(values, wrong.getValue());
        }
        return "cannot be read: " + firstLine(e);
    }

    private static String firstLine(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("");
    }
}
