package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class BadRequestTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving().saying("x");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            model             | 7                    | model must be a string, not 7
            prompt            | 7                    | prompt must be a string, a list of strings, or a list of token ids, not 7
            prompt            | {}                   | prompt must be a string, a list of strings, or a list of token ids, not an object
            prompt            | []                   | prompt is an empty list
            prompt[0]         | [[]]                 | prompt[0] is an empty list of tokens
            prompt[1]         | ["a",7]              | prompt[1] must be a string, not 7
            prompt[1]         | [[7],"a"]            | prompt[1] must be a string or a list of token ids, as the others are, not a string
            prompt[0]         | [true]               | prompt[0] must be a string or a list of token ids, as the others are, not true
            prompt[1]         | [7,"a"]              | prompt[1] must be a whole number, not a string
            prompt[1]         | [7,1.5]              | prompt[1] must be a whole number, not 1.5
            prompt[0][1]      | [[7,-1]]             | prompt[0][1] must be from 0 to
            prompt[0]         | [1000000]            | prompt[0] must be from 0 to
            prompt            | "\\u0000"            | prompt holds a NUL or half of a surrogate pair
            prompt            | "\\ud800"            | prompt holds a NUL or half of a surrogate pair
            max_tokens        | "a"                  | max_tokens must be a whole number, not a string
            max_tokens        | 0                    | max_tokens must be from 1 to 2147483647, not 0
            max_tokens        | 1.5                  | max_tokens must be a whole number, not 1.5
            max_tokens        | 99999999999999999999 | max_tokens must be from 1 to 2147483647, not 99999999999999999999
            min_tokens        | 17                   | min_tokens must be from 0 to 16, not 17
            min_tokens        | true                 | min_tokens must be a whole number, not true
            temperature       | "hot"                | temperature must be a number, not a string
            temperature       | 2.5                  | temperature must be from 0 to 2, not 2.5
            temperature       | -0.1                 | temperature must be from 0 to 2, not -0.1
            temperature       | 1e999                | temperature must be from 0 to 2, not Infinity
            top_p             | []                   | top_p must be a number, not an array
            top_p             | 1.1                  | top_p must be from 0 to 1, not 1.1
            top_k             | 0.5                  | top_k must be a whole number, not 0.5
            top_k             | -2                   | top_k must be from -1 to 2147483647, not -2
            min_p             | 2                    | min_p must be from 0 to 1, not 2
            n                 | "1"                  | n must be a whole number, not a string
            n                 | 0                    | n must be from 1 to 128, not 0
            n                 | 129                  | n must be from 1 to 128, not 129
            best_of           | 2                    | best_of must be equal to n (1)
            best_of           | {}                   | best_of must be a whole number, not an object
            stream            | "yes"                | stream must be true or false, not a string
            stream_options    | []                   | stream_options must be an object, not an array
            stream_options    | {}                   | stream_options is for streams: set stream to true
            logprobs          | true                 | logprobs must be a whole number, not true
            logprobs          | 21                   | logprobs must be from 0 to 20, not 21
            echo              | 1                    | echo must be true or false, not 1
            stop              | 7                    | stop must be a string or a list of strings, not 7
            stop              | ""                   | stop is an empty string
            stop[1]           | ["a",""]             | stop[1] is an empty string
            stop[0]           | [null]               | stop[0] must be a string, not null
            stop              | ["1","2","3","4","5","6","7","8","9","0","a","b","c","d","e","f","g"] | stop has 17 strings; at most 16 are taken
            seed              | 1.5                  | seed must be a whole number of at most 64 bits, not 1.5
            seed              | 1e300                | seed must be a whole number of at most 64 bits, not 1.0E300
            seed              | 99999999999999999999 | seed must be a whole number of at most 64 bits, not 99999999999999999999
            presence_penalty  | 3                    | presence_penalty must be from -2 to 2, not 3
            frequency_penalty | "a"                  | frequency_penalty must be a number, not a string
            repetition_penalty| 0                    | repetition_penalty must be above 0
            repetition_penalty| -1                   | repetition_penalty must be from 0 to 100, not -1
            logit_bias        | []                   | logit_bias must be an object, not an array
            logit_bias        | {"foo":0}            | the names in logit_bias must be token ids from 0 to
            logit_bias        | {"1000000":0}        | the names in logit_bias must be token ids from 0 to
            logit_bias.5      | {"5":101}            | logit_bias.5 must be from -100 to 100, not 101
            logit_bias.5      | {"5":"a"}            | logit_bias.5 must be a number, not a string
            ignore_eos        | 0                    | ignore_eos must be true or false, not 0
            stop_token_ids    | 3                    | stop_token_ids must be a list of token ids, not 3
            stop_token_ids[1] | [1,"a"]              | stop_token_ids[1] must be a whole number, not a string
            stop_token_ids[0] | [-1]                 | stop_token_ids[0] must be
            user              | 7                    | user must be a string, not 7
            return_token_ids  | "a"                  | return_token_ids must be true or false, not a string
            suffix            | "end"                | suffix is not supported: the model continues texts only
            piecewise         | "base"               | piecewise must be an object, not a string
            piecewise.modus   | {"modus":"base"}     | piecewise.modus is not known; known are explain, merge, mode
            piecewise.mode    | {"mode":"best"}      | piecewise.mode must be one of auto, base, assembled, own, rag, assembled+rag
            piecewise.mode    | {"mode":1}           | piecewise.mode must be a string, not 1
            piecewise.merge   | {"merge":"average"}  | piecewise.merge must be one of product, factor
            piecewise.explain | {"explain":"yes"}    | piecewise.explain must be true or false, not a string
            """)
    void namesTheFieldAndSaysWhatIsWrong(String param, String value, String message) throws Exception {
        String field = param.split("[.\\[]", -1)[0];
        String prompt = field.equals("prompt") ? "" : "\"prompt\":\"a\",";

        HttpResponse<String> response = SERVER.complete("{%s\"%s\":%s}".formatted(prompt, field, value));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = TestGateway.json(response).path("error");
        assertThat(error.path("message").asText()).startsWith(message);
        assertThat(error.path("param").asText()).isEqualTo(param);
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("code").asText()).isEqualTo("invalid_value");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                    | the request body must be a JSON object, not nothing
            []                    | the request body must be a JSON object, not an array
            "text"                | the request body must be a JSON object, not a string
            null                  | the request body must be a JSON object, not null
            {"prompt":"a",}       | the request body is not valid JSON at line 1, column 15
            {"prompt":"a"         | the request body is not valid JSON at line 1, column
            {"prompt":"a"}{}      | the request body is not valid JSON at line 1
            {"temperature":NaN}   | the request body is not valid JSON at line 1
            {'prompt':'a'}        | the request body is not valid JSON at line 1, column 2
            {"max_tokens":0x10}   | the request body is not valid JSON at line 1
            """)
    void saysWhereABodyIsNoJsonObject(String body, String message) throws Exception {
        HttpResponse<String> response = SERVER.complete(body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(response).at("/error/message").asText()).startsWith(message);
    }

    /** Its settings are nothing that whoever asks could change. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"temperature":NaN}   | the request body is not valid JSON at line 1, column 19: Non-standard token 'NaN'
            {"temperature":+1}    | the request body is not valid JSON at line 1, column 17: Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers to have plus signs
            // {}                 | the request body is not valid JSON at line 1, column 1: Unexpected character ('/' (code 47)): maybe a (non-standard) comment?
            """)
    void saysWhatIsWrongAndNothingOfTheParser(String body, String message) throws Exception {
        assertThat(TestGateway.json(SERVER.complete(body)).at("/error/message").asText())
                .isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void survivesDeepNesting(String opening) throws Exception {
        HttpResponse<String> response = SERVER.complete(opening.repeat(100_000));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("nesting depth (65) exceeds the maximum allowed (64)");
    }

    @Test
    void survivesHugeNumbers() throws Exception {
        assertThat(SERVER.complete("{\"prompt\":\"a\",\"seed\":%s}".formatted("9".repeat(1_000_000)))
                        .statusCode())
                .isEqualTo(400);
        assertThat(SERVER.complete("{\"prompt\":\"a\",\"temperature\":1e-999999999}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(SERVER.complete("{\"prompt\":\"a\",\"max_tokens\":1e400000000}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void refusesAModelOfAnotherName() throws Exception {
        HttpResponse<String> response = SERVER.complete("{\"model\":\"gpt\",\"prompt\":\"a\"}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(TestGateway.json(response).at("/error/code").asText()).isEqualTo("model_not_found");
        assertThat(TestGateway.json(response).at("/error/param").asText()).isEqualTo("model");
    }

    @Test
    void refusesTooManyChoicesOverAllPrompts() throws Exception {
        HttpResponse<String> response = SERVER.complete("{\"prompt\":[\"a\",\"b\"],\"n\":65}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(response).at("/error/param").asText()).isEqualTo("n");
    }

    @Test
    void refusesAUserNameThatIsTooLong() throws Exception {
        HttpResponse<String> response =
                SERVER.complete("{\"prompt\":\"a\",\"user\":\"%s\"}".formatted("u".repeat(257)));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(response).at("/error/param").asText()).isEqualTo("user");
    }

    @Test
    void answersWhateverIsSentWithoutAFault() throws Exception {
        RandomJson random = new RandomJson(new Random(20_260_101));
        for (int i = 0; i < 2000; i++) {
            String body = random.body();
            HttpResponse<String> response = SERVER.complete(body);
            assertThat(response.statusCode()).as(body).isIn(200, 400, 404);
            if (response.statusCode() != 200) {
                assertThat(TestGateway.json(response).at("/error/message").asText())
                        .as(body)
                        .isNotEmpty();
            }
        }
    }
}
