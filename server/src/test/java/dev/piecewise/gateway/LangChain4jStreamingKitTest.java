package dev.piecewise.gateway;

import static dev.piecewise.gateway.LangChain4jKitTest.OTHER_NAME;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.atLeastOnce;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.piecewise.gateway.http.HttpLimits;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.mockito.InOrder;

/**
 * LangChain4j's published test kit for streaming chat models, as {@link LangChain4jKitTest}. Left out is its test of cancellation, which waits half a minute for
 * nothing to come; ours is {@link StreamTest}'s.
 */
@Timeout(120)
final class LangChain4jStreamingKitTest extends AbstractStreamingChatModelIT {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.loading(HttpLimits.DEFAULT);

    @BeforeAll
    static void serve() {
        LangChain4jKitTest.serve(SERVER);
    }

    @Override
    protected List<StreamingChatModel> models() {
        return List.of(
                builder().modelName("tiny").build(),
                builder()
                        .modelName("tiny")
                        .strictJsonSchema(true)
                        .strictTools(true)
                        .build());
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder builder =
                builder().defaultRequestParameters(parameters);
        return parameters.modelName() == null ? builder.modelName("tiny").build() : builder.build();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return builder().modelName("tiny").listeners(List.of(listener)).build();
    }

    private static OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder builder() {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(SERVER.uri("/v1").toString())
                .apiKey("none");
    }

    @Override
    protected String customModelName() {
        return OTHER_NAME;
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return OpenAiChatRequestParameters.builder()
                .maxCompletionTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return OpenAiChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(StreamingChatModel model) {
        return OpenAiTokenUsage.class;
    }

    @Override
    protected boolean supportsStreamingCancellation() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsBase64EncodedString() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }

    @Override
    protected boolean assertExceptionType() {
        return false;
    }

    /** The JDK's client calls back on the caller's own thread when an answer is there before the callback is. */
    @Override
    protected boolean assertThreads() {
        return false;
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder order, String id) {
        verifyCall(handler, order, id, "getWeather");
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder order, String id1, String id2) {
        verifyCall(handler, order, id1, "getWeather");
        verifyCall(handler, order, id2, "getTime");
    }

    /** A call's parts come one after the other, and then the whole of it. */
    private static void verifyCall(StreamingChatResponseHandler handler, InOrder order, String id, String name) {
        order.verify(handler, atLeastOnce())
                .onPartialToolCall(
                        argThat(part -> part.id().equals(id) && part.name().equals(name)), any());
        order.verify(handler)
                .onCompleteToolCall(
                        argThat(call -> call.toolExecutionRequest().id().equals(id)
                                && call.toolExecutionRequest().name().equals(name)));
    }
}
