package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.http.Fields;
import java.util.List;

/** Fields of OpenAI's and vLLM's APIs that change nothing here. They may be there, but as what they are: whoever sends something else is told of the mistake. */
public record IgnoredFields(List<String> texts, List<String> objects, List<String> lists) {

    /** INVALID_REQUEST with the field that is of the wrong type. */
    public void check(Fields fields) {
        texts.forEach(fields::text);
        objects.forEach(fields::object);
        lists.forEach(field -> fields.list(field, "a list"));
    }
}
