import { createEgress, type Egress } from '../egress/index.ts';

/** The way out for model files; the only one that honours the machine's proxy settings. */
export function createDownloadEgress(
  environment: Readonly<Record<string, string | undefined>>,
): Egress {
  const http = environment.http_proxy ?? environment.HTTP_PROXY;
  const https = environment.https_proxy ?? environment.HTTPS_PROXY;
  const except = environment.no_proxy ?? environment.NO_PROXY;
  if (http === undefined && https === undefined) return createEgress();
  return createEgress({
    proxy: {
      ...(http === undefined ? {} : { http }),
      ...(https === undefined ? {} : { https }),
      ...(except === undefined ? {} : { except }),
    },
  });
}
