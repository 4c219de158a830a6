package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.grammar.GrammarSpec;
import java.util.Optional;

/**
 * The field {@code text.format}: what the answer's text has to be.
 *
 * @param given as it came, to be given back
 */
record TextFormat(Kind kind, Optional<JsonNode> schema, JsonNode given) {
    private static final TextFormat TEXT = new TextFormat(
            Kind.TEXT, Optional.empty(), JsonNodeFactory.instance.objectNode().put("type", "text"));

    enum Kind {
        TEXT,
        JSON_OBJECT,
        JSON_SCHEMA
    }

    /** What the text must be, if anything. */
    Optional<GrammarSpec> demand() {
        return switch (kind) {
            case TEXT -> Optional.empty();
            case JSON_OBJECT -> Optional.of(new GrammarSpec.AnyObject("text.format"));
            case JSON_SCHEMA -> schema.map(json -> new GrammarSpec.Schema("text.format.schema", json));
        };
    }

    static TextFormat parse(Fields fields) {
        Optional<Fields> format = fields.object("text").flatMap(text -> text.object("format"));
        if (format.isEmpty()) {
            return TEXT;
        }
        Fields one = format.get();
        JsonNode given =
                fields.object("text").flatMap(text -> text.value("format")).orElse(TEXT.given);
        return switch (one.text("type").orElse("")) {
            case "text" -> TEXT;
            case "json_object" -> new TextFormat(Kind.JSON_OBJECT, Optional.empty(), given);
            case "json_schema" ->
                new TextFormat(
                        Kind.JSON_SCHEMA,
                        Optional.of(one.value("schema").orElseThrow(() -> one.missing("schema"))),
                        given);
            default ->
                throw ServingException.invalid(
                        "text.format.type", "text.format.type must be text, json_object or json_schema");
        };
    }
}
