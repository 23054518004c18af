// Independent checks of our certificates, requests and messages with Bouncy Castle.
//
// Started as a single source file:
//   java -cp /usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar \
//        tests/java/BcOracle.java COMMAND ARGUMENT...
//
// Every command prints one line that starts with "OK" and exits 0, or fails with a stack trace.

import java.io.*;
import java.math.BigInteger;
import java.nio.file.*;
import java.security.*;
import java.util.*;
import javax.crypto.Cipher;
import javax.crypto.spec.*;

import org.bouncycastle.asn1.*;
import org.bouncycastle.asn1.cms.*;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.crypto.engines.SM2Engine;
import org.bouncycastle.crypto.params.*;
import org.bouncycastle.crypto.util.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.*;
import org.bouncycastle.operator.jcajce.*;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.Store;

public class BcOracle {
    static final ASN1ObjectIdentifier SM2_SIGN = new ASN1ObjectIdentifier("1.2.156.10197.1.301.1");
    static final ASN1ObjectIdentifier SM2_ENCRYPT = new ASN1ObjectIdentifier("1.2.156.10197.1.301.3");
    static final ASN1ObjectIdentifier SM4_CBC = new ASN1ObjectIdentifier("1.2.156.10197.1.104.2");
    static final String GM_ARC = "1.2.156.10197.6.1.4.2.";
    static final ASN1ObjectIdentifier GM_DATA = new ASN1ObjectIdentifier(GM_ARC + "1");
    static final ASN1ObjectIdentifier GM_ENVELOPED = new ASN1ObjectIdentifier(GM_ARC + "3");

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        switch (args[0]) {
            // CERT ISSUER
            case "verify-cert" -> verifyCert(args[1], args[2]);
            // CSR
            case "verify-csr" -> verifyCsr(args[1]);
            // MESSAGE [CONTENT]: every signer, with the certificates in the message
            case "verify-signed-data" -> verifySignedData(args[1], args.length > 2 ? args[2] : null);
            // CONTENT CERT KEY OUT attached|detached
            case "sign-data" -> signData(args[1], args[2], args[3], args[4], args[5].equals("attached"));
            // ENVELOPE CERT KEY OUT
            case "open-envelope" -> openEnvelope(args[1], args[2], args[3], args[4]);
            // CONTENT CERT OUT: BER with indefinite lengths, segments of 1000 octets
            case "seal-envelope" -> sealEnvelope(args[1], args[2], args[3]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    static byte[] read(String path) throws IOException {
        return Files.readAllBytes(Path.of(path));
    }

    static Object pem(String path) throws IOException {
        try (PEMParser parser = new PEMParser(new FileReader(path))) {
            return parser.readObject();
        }
    }

    static X509CertificateHolder certificate(String path) throws IOException {
        return (X509CertificateHolder) pem(path);
    }

    static ContentVerifierProvider verifier(X509CertificateHolder issuer) throws Exception {
        return new JcaContentVerifierProviderBuilder().setProvider("BC").build(issuer);
    }

    static void check(boolean good, String what) {
        if (!good) throw new IllegalStateException(what + " does not verify");
        System.out.println("OK " + what);
    }

    static void verifyCert(String cert, String issuer) throws Exception {
        check(certificate(cert).isSignatureValid(verifier(certificate(issuer))), "certificate");
    }

    static void verifyCsr(String csr) throws Exception {
        PKCS10CertificationRequest request = (PKCS10CertificationRequest) pem(csr);
        ContentVerifierProvider provider = new JcaContentVerifierProviderBuilder()
            .setProvider("BC").build(request.getSubjectPublicKeyInfo());
        check(request.isSignatureValid(provider), "request");
    }

    // GB/T 35275 names the signature algorithm 301.1, which Bouncy Castle does not know by itself.
    static class GmNames extends DefaultCMSSignatureAlgorithmNameGenerator {
        @Override
        public String getSignatureName(AlgorithmIdentifier digest, AlgorithmIdentifier encryption) {
            return encryption.getAlgorithm().equals(SM2_SIGN)
                ? "SM3WITHSM2" : super.getSignatureName(digest, encryption);
        }
    }

    static void verifySignedData(String message, String content) throws Exception {
        CMSSignedData signed = content == null
            ? new CMSSignedData(read(message))
            : new CMSSignedData(new CMSProcessableByteArray(read(content)), read(message));
        Store<X509CertificateHolder> certificates = signed.getCertificates();
        int signers = 0;
        for (SignerInformation signer : signed.getSignerInfos().getSigners()) {
            X509CertificateHolder holder =
                (X509CertificateHolder) certificates.getMatches(signer.getSID()).iterator().next();
            SignerInformationVerifier verifier = new SignerInformationVerifier(
                new GmNames(), new DefaultSignatureAlgorithmIdentifierFinder(),
                verifier(holder), new JcaDigestCalculatorProviderBuilder().setProvider("BC").build());
            check(signer.verify(verifier), "signer " + ++signers);
        }
        if (signers == 0) throw new IllegalStateException("no signers");
    }

    static void signData(String content, String cert, String key, String out, boolean attached)
            throws Exception {
        X509CertificateHolder holder = certificate(cert);
        PrivateKey privateKey = new JcaPEMKeyConverter().setProvider("BC")
            .getPrivateKey((PrivateKeyInfo) pem(key));
        ContentSigner signer = new JcaContentSignerBuilder("SM3withSM2").setProvider("BC").build(privateKey);
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(
            new JcaDigestCalculatorProviderBuilder().setProvider("BC").build()).build(signer, holder));
        generator.addCertificates(new JcaCertStore(List.of(holder)));
        CMSSignedData signed = generator.generate(new CMSProcessableByteArray(read(content)), attached);
        Files.write(Path.of(out), signed.getEncoded());
        System.out.println("OK signed");
    }

    static void openEnvelope(String path, String cert, String key, String out) throws Exception {
        ContentInfo info = ContentInfo.getInstance(ASN1Primitive.fromByteArray(read(path)));
        EnvelopedData enveloped = EnvelopedData.getInstance(info.getContent());
        X509CertificateHolder holder = certificate(cert);
        EncryptedContentInfo encrypted = enveloped.getEncryptedContentInfo();
        AlgorithmIdentifier algorithm = encrypted.getContentEncryptionAlgorithm();
        if (!algorithm.getAlgorithm().equals(SM4_CBC)) throw new IllegalStateException("not SM4-CBC");
        byte[] iv = ASN1OctetString.getInstance(algorithm.getParameters()).getOctets();
        byte[] contentKey = unwrap(recipient(enveloped, holder), (PrivateKeyInfo) pem(key));
        Cipher cipher = Cipher.getInstance("SM4/CBC/PKCS5Padding", "BC");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(contentKey, "SM4"), new IvParameterSpec(iv));
        Files.write(Path.of(out), cipher.doFinal(encrypted.getEncryptedContent().getOctets()));
        // The high-level class must read it as well.
        int recipients = new CMSEnvelopedData(read(path)).getRecipientInfos().size();
        System.out.println("OK opened " + info.getContentType() + " inner " + encrypted.getContentType()
            + " recipients " + recipients);
    }

    static KeyTransRecipientInfo recipient(EnvelopedData enveloped, X509CertificateHolder holder) {
        for (Object each : enveloped.getRecipientInfos().toArray()) {
            KeyTransRecipientInfo info =
                KeyTransRecipientInfo.getInstance(RecipientInfo.getInstance(each).getInfo());
            IssuerAndSerialNumber id = IssuerAndSerialNumber.getInstance(info.getRecipientIdentifier().getId());
            if (id.getName().equals(holder.getIssuer())
                && id.getSerialNumber().getValue().equals(holder.getSerialNumber())) return info;
        }
        throw new IllegalStateException("not a recipient");
    }

    static byte[] unwrap(KeyTransRecipientInfo info, PrivateKeyInfo key) throws Exception {
        byte[] wrapped = info.getEncryptedKey().getOctets();
        AsymmetricKeyParameter parameter = PrivateKeyFactory.createKey(key);
        if (info.getKeyEncryptionAlgorithm().getAlgorithm().equals(SM2_ENCRYPT)) {
            byte[] raw = rawCiphertext(ASN1Sequence.getInstance(wrapped));
            SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
            engine.init(false, parameter);
            return engine.processBlock(raw, 0, raw.length);
        }
        if (!info.getKeyEncryptionAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption))
            throw new IllegalStateException("key encryption algorithm");
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", "BC");
        cipher.init(Cipher.DECRYPT_MODE, new JcaPEMKeyConverter().setProvider("BC").getPrivateKey(key));
        return cipher.doFinal(wrapped);
    }

    // SM2Cipher { x, y, hash, cipherText } -> 04 || x || y || hash || cipherText
    static byte[] rawCiphertext(ASN1Sequence sequence) throws IOException {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        raw.write(4);
        for (int i = 0; i < 2; i++) {
            BigInteger coordinate = ASN1Integer.getInstance(sequence.getObjectAt(i)).getPositiveValue();
            raw.write(org.bouncycastle.util.BigIntegers.asUnsignedByteArray(32, coordinate));
        }
        raw.write(ASN1OctetString.getInstance(sequence.getObjectAt(2)).getOctets());
        raw.write(ASN1OctetString.getInstance(sequence.getObjectAt(3)).getOctets());
        return raw.toByteArray();
    }

    static void sealEnvelope(String content, String cert, String out) throws Exception {
        X509CertificateHolder holder = certificate(cert);
        SecureRandom random = new SecureRandom();
        byte[] key = new byte[16], iv = new byte[16];
        random.nextBytes(key);
        random.nextBytes(iv);
        Cipher cipher = Cipher.getInstance("SM4/CBC/PKCS5Padding", "BC");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "SM4"), new IvParameterSpec(iv));
        byte[] encrypted = cipher.doFinal(read(content));

        SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
        engine.init(true, new ParametersWithRandom(
            PublicKeyFactory.createKey(holder.getSubjectPublicKeyInfo()), random));
        byte[] raw = engine.processBlock(key, 0, key.length);
        ASN1EncodableVector wrapped = new ASN1EncodableVector();
        wrapped.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 1, 33))));
        wrapped.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 33, 65))));
        wrapped.add(new DEROctetString(Arrays.copyOfRange(raw, 65, 97)));
        wrapped.add(new DEROctetString(Arrays.copyOfRange(raw, 97, raw.length)));

        RecipientIdentifier id = new RecipientIdentifier(
            new IssuerAndSerialNumber(holder.getIssuer(), holder.getSerialNumber()));
        ASN1EncodableVector recipient = new ASN1EncodableVector();
        recipient.add(new ASN1Integer(1));
        recipient.add(id);
        recipient.add(new AlgorithmIdentifier(SM2_ENCRYPT));
        recipient.add(new DEROctetString(new DERSequence(wrapped).getEncoded()));

        ASN1EncodableVector info = new ASN1EncodableVector();
        info.add(GM_DATA);
        info.add(new AlgorithmIdentifier(SM4_CBC, new DEROctetString(iv)));
        info.add(new BERTaggedObject(false, 0, new BEROctetString(encrypted, 1000)));
        ASN1EncodableVector enveloped = new ASN1EncodableVector();
        enveloped.add(new ASN1Integer(1));
        enveloped.add(new BERSet(new BERSequence(recipient)));
        enveloped.add(new BERSequence(info));
        ContentInfo whole = new ContentInfo(GM_ENVELOPED, new BERSequence(enveloped));
        Files.write(Path.of(out), whole.getEncoded());
        System.out.println("OK sealed");
    }
}
