import { homedir } from 'node:os';
import { join } from 'node:path';

/** What of the machine's settings a pull may use. */
export interface PullEnvironment {
  /** Without a slash at its end. */
  readonly hfEndpoint: string;
  readonly hfToken: string | undefined;
  /** Directory of `models--organisation--name` folders. */
  readonly hfHubCache: string;
  /** Variables handed to pip and uv. */
  readonly packageTools: Readonly<Record<string, string>>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Named one by one, so that API keys and tokens of this server never reach a subprocess. */
const packageToolVariables =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|PIP_\w+|UV_\w+|PYENV_\w+|PYTHON\w+|VIRTUAL_ENV|CONDA_\w+|XDG_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC|(HTTPS?|ALL|NO)_PROXY|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|(LOCAL)?APPDATA|USERPROFILE|PROGRAMDATA)$/i;

/** Reads HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, and what pip and uv understand, from `variables`. */
export function readPullEnvironment(variables: Variables): PullEnvironment {
  const value = (name: string) => variables[name]?.trim() || undefined;
  const hfHome = value('HF_HOME') ?? join(value('HOME') ?? homedir(), '.cache', 'huggingface');
  return {
    hfEndpoint: (value('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, ''),
    hfToken: value('HF_TOKEN'),
    hfHubCache: value('HF_HUB_CACHE') ?? join(hfHome, 'hub'),
    packageTools: Object.fromEntries(
      Object.entries(variables).flatMap(([name, text]) =>
        text !== undefined && packageToolVariables.test(name) ? [[name, text] as const] : [],
      ),
    ),
  };
}
