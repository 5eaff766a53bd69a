// A province's identity provider for the tests: panva's oidc-provider, which is certified and not ours.
// node identity_provider.mjs PORT DESK_URL SITE_URL; prints one line when it listens, ends when its input is closed.
import Provider from "oidc-provider";

const [port, desk, site] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const PEOPLE = {
  zhang: { phone_number: "13900000001", certificate_type: "111", certificate_no: "990102199001010018" },
  zhangs_phone: { phone_number: "13900000001", certificate_type: "111", certificate_no: "990102195505050050" },
};
const client = (client_id, back, over) => ({
  client_id,
  client_secret: `the secret of ${client_id}`,
  redirect_uris: [back],
  post_logout_redirect_uris: [over],
  token_endpoint_auth_method: "client_secret_post",
});
const provider = new Provider(issuer, {
  clients: [
    client("for-staff", `${desk}/account/sign-in/back`, `${desk}/accounts/login/`),
    client("for-citizens", `${site}/my/sign-in/back`, `${site}/my/`),
  ],
  claims: { openid: ["sub"], phone: ["phone_number"], profile: ["certificate_type", "certificate_no"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
process.stdin.resume().on("end", () => process.exit(0));
