package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.GrammarSpec.Regex;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be honoured is refused with its place, soon, and never half done. */
@Timeout(60)
final class RefusalTest {
    @TempDir
    static Path directory;

    static Tokenizer tokenizer;
    static Grammars grammars;

    @BeforeAll
    static void load() {
        tokenizer = TinyTokenizers.byteFallback(directory);
        grammars = new Grammars(tokenizer, Set.of(tokenizer.eos().orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "properties.a.not | {'properties':{'a':{'not':{'type':'string'}}}}",
                "items.patternProperties | {'items':{'patternProperties':{}}}",
                "anyOf[1].if | {'anyOf':[{'type':'null'},{'if':true}]}",
                "uniqueItems | {'type':'array','uniqueItems':true}",
                "$defs.x.contains | {'$ref':'#/$defs/x','$defs':{'x':{'contains':true}}}",
                "properties.a.type | {'properties':{'a':{'type':'text'}}}",
                "type[1] | {'type':['string',3]}",
                "minLength | {'type':'string','minLength':-1}",
                "minimum | {'minimum':'1'}",
                "properties | {'properties':[]}",
                "required[0] | {'required':[1]}",
                "anyOf | {'anyOf':{}}",
                "enum | {'enum':'a'}",
                "items | {'items':3}",
                "allOf[0] | {'allOf':['a']}",
                "format | {'type':'string','format':'iri-of-mine'}",
                "pattern | {'type':'string','pattern':'(?=a)b'}",
                "multipleOf | {'type':'integer','multipleOf':0}",
                "multipleOf | {'type':'integer','multipleOf':1000003}",
                "minProperties | {'type':'object','minProperties':2}",
                "oneOf | {'oneOf':[{'type':'integer'},{'type':'number'}]}",
                "oneOf | {'oneOf':[{'type':'string'},{'minimum':3}]}",
                "$ref | {'$ref':'https://example.com/schema'}",
                "$ref | {'$ref':'#/$defs/none'}",
                "$ref | {'$ref':3}",
                "properties.a.minProperties | {'properties':{'a':{'enum':[{}],'minProperties':1}}}",
            })
    void namesTheKeyword(String path, String schema) {
        assertThatThrownBy(() -> compile(schema.replace('\'', '"')))
                .isInstanceOfSatisfying(ServingException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(refusal.param()).contains("schema." + path);
                    assertThat(refusal.text()).contains("schema." + path);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'$ref':'#'}",
                "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}",
                "{'allOf':[{'$ref':'#'}],'type':'object'}",
                "{'anyOf':[{'type':'string'},{'$ref':'#'}]}",
                "{'oneOf':[{'type':'string'},{'anyOf':[{'$ref':'#'}]}]}",
            })
    void refusesReferencesThatGoInACircle(String schema) {
        assertThatThrownBy(() -> compile(schema.replace('\'', '"')))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("refers to itself");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "false",
                "{'type':'string','enum':[1]}",
                "{'type':'integer','minimum':3,'maximum':2}",
                "{'type':'integer','exclusiveMinimum':3,'exclusiveMaximum':4}",
                "{'type':'string','minLength':3,'maxLength':2}",
                "{'type':'string','pattern':'^a$','minLength':2}",
                "{'allOf':[{'type':'string'},{'type':'null'}]}",
                "{'type':'array','prefixItems':[{'type':'null'}],'minItems':2}",
                "{'type':'object','properties':{'a':false},'required':['a']}",
                "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}",
            })
    void refusesSchemasThatNothingFulfils(String schema) {
        assertThatThrownBy(() -> compile(schema.replace('\'', '"')))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("allows nothing");
    }

    /** Each definition refers to the next one twice: 2 to the power of 60 objects if they were written out. */
    @Test
    void takesReferencesThatWouldUnfoldExponentially() {
        ObjectNode schema = doubling(60, "properties");
        TokenConstraint start = grammars.constraint(new Schema("schema", schema));
        assertThat(start.allowed()).isNotEmpty();
        ObjectNode alternatives = doubling(60, "anyOf");
        assertThat(grammars.constraint(new Schema("schema", alternatives)).mayEnd())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'string','pattern':'^((((a{99}){99}){99}){99})$'}",
                "{'type':'array','prefixItems':[{'type':'string','pattern':'^(a|b|[^c]){9000}x{9000}y{9000}$'}]}",
                "{'type':'string','allOf':[{'pattern':'(a|b){900}c'},{'pattern':'(b|a){900}d'},{'pattern':'(a|b){900}e'}]}",
            })
    void refusesWhatBecomesTooLarge(String schema) {
        assertThatThrownBy(() -> compile(schema.replace('\'', '"')))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("too large");
    }

    /** As a deterministic automaton it would have 2 to the power of 40 states. */
    @Test
    void takesExpressionsWhoseDeterministicAutomatonIsHuge() {
        TokenConstraint start = grammars.constraint(new Regex("guided_regex", "(a|b)*a(a|b){40}"));
        Optional<String> text = new RandomWriter(tokenizer, 1).write(start, 2000);
        assertThat(text.orElseThrow()).matches("(a|b)*a(a|b){40}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a(",
                "a)",
                "[a",
                "*a",
                "a**b(",
                "(?!a)",
                "\\1",
                "\\b",
                "\\",
                "a{3,2}",
                "[b-a]",
                "\\u12",
                "^*",
                "a^b",
                "\\p{Han}"
            })
    void refusesExpressionsThatAreNoneOrNotRegular(String pattern) {
        assertThatThrownBy(() -> grammars.constraint(new Regex("guided_regex", pattern)))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refusal -> assertThat(refusal.param()).contains("guided_regex"));
    }

    @Test
    void refusesExpressionsThatAreNestedTooDeeply() {
        String deep = "(".repeat(5000) + "a" + ")".repeat(5000);
        assertThatThrownBy(() -> grammars.constraint(new Regex("guided_regex", deep)))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("nested too deeply");
    }

    private static ObjectNode doubling(int depth, String keyword) {
        ObjectNode schema = (ObjectNode) RandomSchemas.parse("{\"$ref\":\"#/$defs/d0\",\"$defs\":{}}");
        ObjectNode definitions = (ObjectNode) schema.path("$defs");
        for (int i = 0; i < depth; i++) {
            ObjectNode definition = definitions.putObject("d" + i);
            JsonNode next = RandomSchemas.parse("{\"$ref\":\"#/$defs/d%d\"}".formatted(i + 1));
            if (keyword.equals("anyOf")) {
                definition.putArray("anyOf").add(next).add(next.deepCopy());
            } else {
                definition.putObject("properties").set("a", next);
                ((ObjectNode) definition.path("properties")).set("b", next.deepCopy());
            }
        }
        definitions.putObject("d" + depth).put("type", "integer");
        return schema;
    }

    private static TokenConstraint compile(String schema) {
        return grammars.constraint(new Schema("schema", RandomSchemas.parse(schema)));
    }
}
