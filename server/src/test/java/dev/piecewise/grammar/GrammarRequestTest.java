package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.GrammarSpec.AnyObject;
import dev.piecewise.grammar.GrammarSpec.Choice;
import dev.piecewise.grammar.GrammarSpec.Regex;
import dev.piecewise.grammar.GrammarSpec.Schema;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How requests ask for structured output. */
final class GrammarRequestTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'response_format':null}",
                "{'response_format':{'type':'text'}}",
                "{'structured_outputs':{}}",
                "{'structured_outputs':{'json_object':false,'disable_any_whitespace':false,'backend':null}}",
                "{'structured_outputs':{'json':null,'json_object':false}}",
                "{'guided_decoding_backend':'xgrammar'}",
            })
    void asksForNothing(String body) {
        assertThat(parse(body)).isEmpty();
    }

    @Test
    void readsOpenAisResponseFormat() {
        assertThat(parse("{'response_format':{'type':'json_object'}}")).contains(new AnyObject("response_format"));
        assertThat(
                        parse(
                                "{'response_format':{'type':'json_schema','json_schema':{'name':'a','strict':true,'schema':{'type':'null'}}}}"))
                .contains(new Schema("response_format.json_schema.schema", RandomSchemas.parse("{\"type\":\"null\"}")));
    }

    @Test
    void readsVllmsFieldsInBothSpellings() {
        assertThat(parse("{'guided_regex':'a+'}")).contains(new Regex("guided_regex", "a+"));
        assertThat(parse("{'structured_outputs':{'regex':'a+'}}"))
                .contains(new Regex("structured_outputs.regex", "a+"));
        assertThat(parse("{'guided_choice':['a','b']}")).contains(new Choice("guided_choice", List.of("a", "b")));
        assertThat(parse("{'guided_json':'{\\'type\\':\\'null\\'}'}".replace("\\'", "\\\"")))
                .contains(new Schema("guided_json", RandomSchemas.parse("{\"type\":\"null\"}")));
        assertThat(parse("{'structured_outputs':{'json':true}}"))
                .contains(new Schema("structured_outputs.json", RandomSchemas.parse("true")));
        assertThat(parse("{'structured_outputs':{'json_object':true}}"))
                .contains(new AnyObject("structured_outputs.json_object"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "response_format | {'response_format':'json'}",
                "response_format.type | {'response_format':{}}",
                "response_format.type | {'response_format':{'type':'structural_tag'}}",
                "response_format.json_schema | {'response_format':{'type':'json_schema'}}",
                "response_format.json_schema.schema | {'response_format':{'type':'json_schema','json_schema':{}}}",
                "response_format.json_schema.schema | {'response_format':{'type':'json_schema','json_schema':{'schema':3}}}",
                "guided_json | {'guided_json':'{'}",
                "guided_json | {'guided_json':[]}",
                "guided_regex | {'guided_regex':['a']}",
                "guided_regex | {'guided_regex':''}",
                "guided_choice | {'guided_choice':'a'}",
                "guided_choice | {'guided_choice':[]}",
                "guided_choice[1] | {'guided_choice':['a',1]}",
                "guided_grammar | {'guided_grammar':'root ::= \"a\"'}",
                "structured_outputs | {'structured_outputs':[]}",
                "structured_outputs | {'structured_outputs':{'regexp':'a'}}",
                "structured_outputs | {'structured_outputs':{'type':'object','json':null}}",
                "structured_outputs.disable_any_whitespace | {'structured_outputs':{'json':{},'disable_any_whitespace':true}}",
                "structured_outputs.disable_additional_properties | {'structured_outputs':{'json':{},'disable_additional_properties':true}}",
                "structured_outputs.json_object | {'structured_outputs':{'json_object':1}}",
                "structured_outputs.structural_tag | {'structured_outputs':{'structural_tag':'{}'}}",
                "guided_regex | {'guided_regex':'a','response_format':{'type':'json_object'}}",
            })
    void namesTheFieldThatIsWrong(String field, String body) {
        assertThatThrownBy(() -> parse(body.replace("\"a\"", "a")))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refusal -> assertThat(refusal.param()).contains(field));
    }

    private static Optional<GrammarSpec> parse(String body) {
        JsonNode json = RandomSchemas.parse(body.replace('\'', '"'));
        return GrammarRequest.parse(name -> Optional.ofNullable(json.get(name)).filter(value -> !value.isNull()));
    }
}
