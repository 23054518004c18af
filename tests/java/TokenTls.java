import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A TLS server and a TLS client that both have their key in the token of a SunPKCS11 configuration.
 * Prints one line per version of TLS, with what each saw of the other.
 *
 * <p>Arguments: the configuration, the certificate of the authority. The PIN is in TEST_PIN.
 */
public final class TokenTls {
    public static void main(String[] arguments) throws Exception {
        Provider provider = Security.getProvider("SunPKCS11").configure(arguments[0]);
        Security.addProvider(provider);
        char[] pin = System.getenv("TEST_PIN").toCharArray();
        KeyStore token = KeyStore.getInstance("PKCS11", provider);
        token.load(null, pin);
        SSLContext context = context(token, pin, trusting(Path.of(arguments[1])));
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            System.out.println(shakeHands(context, version));
        }
    }

    private static KeyStore trusting(Path certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream input = Files.newInputStream(certificate)) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            trusted.setCertificateEntry("root", factory.generateCertificate(input));
        }
        return trusted;
    }

    private static SSLContext context(KeyStore token, char[] pin, KeyStore trusted)
            throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(token, pin);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static String shakeHands(SSLContext context, String version) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            listener.setNeedClientAuth(true);
            listener.setEnabledProtocols(new String[] {version});
            listener.setSoTimeout(60_000);
            CompletableFuture<String> served = CompletableFuture.supplyAsync(() -> serve(listener));
            String seen = ask(context, listener.getLocalPort());
            // The client is closed by now: a server of TLS 1.3 waits for that when it closes.
            return seen + ", server saw " + served.get(60, TimeUnit.SECONDS);
        }
    }

    private static String ask(SSLContext context, int port) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLSocket client = (SSLSocket)
                context.getSocketFactory().createSocket(loopback, port)) {
            client.setSoTimeout(60_000);
            client.getOutputStream().write("hello".getBytes());
            String answer = new String(client.getInputStream().readNBytes(5));
            return client.getSession().getProtocol() + ": " + answer + ", client saw "
                    + peer(client);
        }
    }

    private static String serve(SSLServerSocket listener) {
        try (SSLSocket server = (SSLSocket) listener.accept()) {
            server.setSoTimeout(60_000);
            byte[] said = server.getInputStream().readNBytes(5);
            OutputStream output = server.getOutputStream();
            output.write(new StringBuilder(new String(said)).reverse().toString().getBytes());
            output.flush();
            return peer(server);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String peer(SSLSocket socket) throws Exception {
        X509Certificate peer = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return peer.getSubjectX500Principal().getName();
    }
}
