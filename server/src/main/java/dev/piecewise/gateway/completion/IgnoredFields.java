package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.gateway.http.Fields;
import java.util.List;

/** Fields of OpenAI's API that change nothing here. They may be there, but as what they are: whoever sends something else is told of the mistake. */
public record IgnoredFields(List<String> texts, List<String> objects, List<String> lists) {

    /** INVALID_REQUEST with the field that is of the wrong type. */
    public void check(Fields fields) {
        texts.forEach(fields::text);
        objects.forEach(fields::object);
        for (String field : lists) {
            fields.value(field).filter(value -> !value.isArray()).ifPresent(value -> refuse(field, value));
        }
    }

    private static void refuse(String field, JsonNode value) {
        throw Fields.expected(field, "a list", value);
    }
}
